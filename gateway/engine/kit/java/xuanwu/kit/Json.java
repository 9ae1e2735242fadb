package xuanwu.kit;

import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.annotation.InputGroup;
import org.apache.flink.table.functions.ScalarFunction;
import org.apache.flink.types.Row;

/**
 * Any value as JSON text: how RAW and VARIANT, and what holds them, get through the gateway.
 *
 * <p>A RAW value is what its toString() says. Flink's own CAST of RAW to STRING is no way: it reads
 * a value that was ever written to memory (part of an ARRAY, ROW or MAP, sorted, shuffled) with the
 * wrong serializer, which ends in an EOFException or in an array of a random length, and that ends
 * the JVM (seen on 1.16, 2.1 and 2.2). The conversion of an argument uses the right one.
 *
 * <p>Written as gateway/engine/nested.py writes it: DECIMAL with its scale, bytes as \x…, NaN and
 * infinities as strings, times as ISO 8601.
 */
public final class Json extends ScalarFunction {

    private static final String VARIANT = "org.apache.flink.types.variant."; // since Flink 2.1

    public String eval(@DataTypeHint(inputGroup = InputGroup.ANY) Object value) {
        if (value == null) {
            return null;
        }
        StringBuilder out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(Object value, StringBuilder out) {
        if (value == null) {
            out.append("null");
        } else if (value instanceof Row) {
            writeRow((Row) value, out);
        } else if (value instanceof Map) {
            writeMap((Map<?, ?>) value, out);
        } else if (value instanceof byte[]) {
            quote(hex((byte[]) value), out);
        } else if (value.getClass().isArray()) {
            writeArray(value, out);
        } else {
            writeScalar(value, out);
        }
    }

    private static void writeScalar(Object value, StringBuilder out) {
        if (value.getClass().getName().startsWith(VARIANT)) {
            out.append(variant(value));
        } else if (value instanceof Boolean || isFinite(value)) {
            out.append(value);
        } else if (value instanceof BigDecimal) {
            out.append(((BigDecimal) value).toPlainString());
        } else {
            quote(text(value), out);
        }
    }

    private static boolean isFinite(Object value) {
        if (value instanceof Double || value instanceof Float) {
            return Double.isFinite(((Number) value).doubleValue());
        }
        return value instanceof Byte
                || value instanceof Short
                || value instanceof Integer
                || value instanceof Long;
    }

    private static String text(Object value) {
        if (value instanceof LocalDateTime) { // toString() leaves seconds out that are zero
            return DateTimeFormatter.ISO_LOCAL_DATE_TIME.format((LocalDateTime) value);
        }
        if (value instanceof LocalTime) {
            return DateTimeFormatter.ISO_LOCAL_TIME.format((LocalTime) value);
        }
        return value.toString();
    }

    /** By reflection: the class is not there before Flink 2.1. */
    private static String variant(Object value) {
        try {
            return (String) value.getClass().getMethod("toJson").invoke(value);
        } catch (ReflectiveOperationException failure) {
            throw new IllegalStateException("a VARIANT that cannot be written as JSON", failure);
        }
    }

    private static void writeArray(Object values, StringBuilder out) {
        out.append('[');
        for (int i = 0; i < Array.getLength(values); i++) {
            out.append(i == 0 ? "" : ", ");
            write(Array.get(values, i), out);
        }
        out.append(']');
    }

    private static void writeMap(Map<?, ?> entries, StringBuilder out) {
        String separator = "{";
        for (Map.Entry<?, ?> entry : entries.entrySet()) {
            out.append(separator);
            writeKey(entry.getKey(), out);
            write(entry.getValue(), out.append(": "));
            separator = ", ";
        }
        out.append(entries.isEmpty() ? "{}" : "}");
    }

    /** JSON has no other keys than strings: one that is written otherwise is quoted as a whole. */
    private static void writeKey(Object key, StringBuilder out) {
        StringBuilder written = new StringBuilder();
        write(key, written);
        if (written.charAt(0) == '"') {
            out.append(written);
        } else {
            quote(written.toString(), out);
        }
    }

    private static void writeRow(Row row, StringBuilder out) {
        String separator = "{";
        for (String name : row.getFieldNames(true)) {
            quote(name, out.append(separator));
            write(row.getField(name), out.append(": "));
            separator = ", ";
        }
        out.append(row.getArity() == 0 ? "{}" : "}");
    }

    private static String hex(byte[] bytes) {
        StringBuilder text = new StringBuilder("\\x");
        for (byte each : bytes) {
            text.append(Character.forDigit((each >> 4) & 15, 16));
            text.append(Character.forDigit(each & 15, 16));
        }
        return text.toString();
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
