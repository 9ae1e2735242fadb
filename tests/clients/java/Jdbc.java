import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Date;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.postgresql.PGStatement;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * pgjdbc on a line: a request is a verb and its arguments (base64, separated by blanks), an answer
 * is one line of JSON. What to run and what to expect is the caller's business.
 */
public final class Jdbc {
    private final Map<String, Connection> connections = new HashMap<>();

    public static void main(String[] args) throws Exception {
        BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        PrintStream out = new PrintStream(System.out, true, "UTF-8");
        Jdbc jdbc = new Jdbc();
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            List<String> words = new ArrayList<>();
            for (String word : line.split(" ")) {
                words.add(new String(Base64.getDecoder().decode(word), StandardCharsets.UTF_8));
            }
            Map<String, Object> answer;
            try {
                answer = jdbc.handle(words.get(0), words.subList(1, words.size()));
            } catch (SQLException e) {
                answer = failure(e);
            } catch (RuntimeException e) {
                answer = failure(new SQLException(e.toString(), "driver", e));
            }
            out.println(json(answer));
        }
    }

    private Map<String, Object> handle(String verb, List<String> a) throws Exception {
        if (verb.equals("open")) {
            return open(a.get(0), a.get(1), a.subList(2, a.size()));
        }
        Connection connection = connections.get(a.get(0));
        switch (verb) {
            case "close":
                connections.remove(a.get(0)).close();
                return answer();
            case "query":
                return query(connection, a.get(1));
            case "repeat":
                return repeat(
                        connection, a.get(1), Integer.parseInt(a.get(2)), a.subList(3, a.size()));
            case "update":
                return update(connection, a.get(1), false);
            case "keys":
                return update(connection, a.get(1), true);
            case "pages":
                return pages(connection, a.get(1), Integer.parseInt(a.get(2)),
                        Integer.parseInt(a.get(3)));
            case "maxRows":
                return maxRows(connection, a.get(1), Integer.parseInt(a.get(2)));
            case "timeout":
                return timeout(connection, a.get(1), Integer.parseInt(a.get(2)));
            case "copy":
                return copy(connection, a.get(1));
            case "metadata":
                return metadata(connection);
            case "notifications":
                return notifications(connection);
            case "autoCommit":
                connection.setAutoCommit(Boolean.parseBoolean(a.get(1)));
                return answer();
            case "commit":
                connection.commit();
                return answer();
            case "rollback":
                connection.rollback();
                return answer();
            case "valid":
                Map<String, Object> valid = answer();
                valid.put("valid", connection.isValid(5));
                return valid;
            default:
                throw new IllegalArgumentException(verb);
        }
    }

    private Map<String, Object> open(String name, String url, List<String> options)
            throws SQLException {
        Properties properties = new Properties();
        for (String option : options) {
            int equals = option.indexOf('=');
            properties.setProperty(option.substring(0, equals), option.substring(equals + 1));
        }
        connections.put(name, DriverManager.getConnection(url, properties));
        return answer();
    }

    private Map<String, Object> query(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            Map<String, Object> answer = answer();
            if (statement.execute(sql)) {
                try (ResultSet rows = statement.getResultSet()) {
                    read(rows, Integer.MAX_VALUE, answer);
                }
            } else {
                answer.put("count", statement.getUpdateCount());
            }
            answer.put("warnings", warnings(statement.getWarnings()));
            return answer;
        }
    }

    private Map<String, Object> repeat(
            Connection connection, String sql, int times, List<String> parameters)
            throws SQLException {
        Map<String, Object> answer = answer();
        List<Object> runs = new ArrayList<>();
        List<Object> prepared = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int run = 0; run < times; run++) {
                for (int i = 0; i < parameters.size(); i++) {
                    set(statement, i + 1, parameters.get(i));
                }
                prepared.add(((PGStatement) statement).isUseServerPrepare());
                Map<String, Object> one = answer();
                try (ResultSet rows = statement.executeQuery()) {
                    read(rows, Integer.MAX_VALUE, one);
                }
                runs.add(one);
            }
        }
        answer.put("runs", runs);
        answer.put("prepared", prepared);
        return answer;
    }

    private static void set(PreparedStatement statement, int index, String parameter)
            throws SQLException {
        String type = parameter.substring(0, parameter.indexOf(':'));
        String value = parameter.substring(parameter.indexOf(':') + 1);
        switch (type) {
            case "null":
                statement.setNull(index, value.equals("int") ? Types.INTEGER : Types.VARCHAR);
                break;
            case "boolean":
                statement.setBoolean(index, Boolean.parseBoolean(value));
                break;
            case "short":
                statement.setShort(index, Short.parseShort(value));
                break;
            case "int":
                statement.setInt(index, Integer.parseInt(value));
                break;
            case "long":
                statement.setLong(index, Long.parseLong(value));
                break;
            case "float":
                statement.setFloat(index, Float.parseFloat(value));
                break;
            case "double":
                statement.setDouble(index, Double.parseDouble(value));
                break;
            case "decimal":
                statement.setBigDecimal(index, new BigDecimal(value));
                break;
            case "bytes":
                byte[] bytes = new byte[value.length() / 2];
                for (int i = 0; i < bytes.length; i++) {
                    bytes[i] = (byte) Integer.parseInt(value.substring(2 * i, 2 * i + 2), 16);
                }
                statement.setBytes(index, bytes);
                break;
            case "date":
                statement.setDate(index, Date.valueOf(value));
                break;
            case "time":
                statement.setTime(index, Time.valueOf(value));
                break;
            case "timestamp":
                statement.setTimestamp(index, Timestamp.valueOf(LocalDateTime.parse(value)));
                break;
            default:
                statement.setString(index, value);
        }
    }

    private Map<String, Object> update(Connection connection, String sql, boolean keys)
            throws SQLException {
        Map<String, Object> answer = answer();
        try (Statement statement = connection.createStatement()) {
            int flag = keys ? Statement.RETURN_GENERATED_KEYS : Statement.NO_GENERATED_KEYS;
            answer.put("count", statement.executeUpdate(sql, flag));
            answer.put("warnings", warnings(statement.getWarnings()));
            if (keys) {
                try (ResultSet rows = statement.getGeneratedKeys()) {
                    read(rows, Integer.MAX_VALUE, answer);
                }
            }
        }
        return answer;
    }

    private Map<String, Object> pages(Connection connection, String sql, int size, int take)
            throws SQLException {
        Map<String, Object> answer = answer();
        connection.setAutoCommit(false);
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setFetchSize(size);
            try (ResultSet rows = statement.executeQuery()) {
                read(rows, take, answer);
            }
            connection.commit();
        } finally {
            connection.setAutoCommit(true);
        }
        return answer;
    }

    private Map<String, Object> maxRows(Connection connection, String sql, int limit)
            throws SQLException {
        Map<String, Object> answer = answer();
        try (Statement statement = connection.createStatement()) {
            statement.setMaxRows(limit);
            try (ResultSet rows = statement.executeQuery(sql)) {
                read(rows, Integer.MAX_VALUE, answer);
            }
        }
        return answer;
    }

    private Map<String, Object> timeout(Connection connection, String sql, int seconds)
            throws SQLException {
        Map<String, Object> answer = answer();
        try (Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(seconds);
            try (ResultSet rows = statement.executeQuery(sql)) {
                read(rows, Integer.MAX_VALUE, answer);
            }
        }
        return answer;
    }

    private Map<String, Object> copy(Connection connection, String sql) throws Exception {
        Map<String, Object> answer = answer();
        StringWriter text = new StringWriter();
        PGConnection pg = connection.unwrap(PGConnection.class);
        answer.put("count", pg.getCopyAPI().copyOut(sql, text));
        answer.put("text", text.toString());
        return answer;
    }

    private Map<String, Object> notifications(Connection connection) throws SQLException {
        Map<String, Object> answer = answer();
        List<Object> found = new ArrayList<>();
        PGNotification[] all = connection.unwrap(PGConnection.class).getNotifications(10000);
        for (PGNotification one : all == null ? new PGNotification[0] : all) {
            found.add(Arrays.<Object>asList(one.getName(), one.getParameter()));
        }
        answer.put("notifications", found);
        return answer;
    }

    /** One call of DatabaseMetaData that answers rows. */
    private interface Call {
        ResultSet run(DatabaseMetaData metadata) throws SQLException;
    }

    private Map<String, Object> metadata(Connection connection) throws SQLException {
        DatabaseMetaData data = connection.getMetaData();
        Map<String, Call> calls = new LinkedHashMap<>();
        calls.put("getCatalogs", DatabaseMetaData::getCatalogs);
        calls.put("getSchemas", DatabaseMetaData::getSchemas);
        calls.put("getTableTypes", DatabaseMetaData::getTableTypes);
        calls.put("getTypeInfo", DatabaseMetaData::getTypeInfo);
        calls.put("getTables", d -> d.getTables(null, "pg_catalog", "pg_c%", null));
        calls.put("getColumns", d -> d.getColumns(null, "pg_catalog", "pg_class", null));
        calls.put("getPrimaryKeys", d -> d.getPrimaryKeys(null, "pg_catalog", "pg_class"));
        calls.put("getImportedKeys", d -> d.getImportedKeys(null, "pg_catalog", "pg_class"));
        calls.put("getExportedKeys", d -> d.getExportedKeys(null, "pg_catalog", "pg_class"));
        calls.put("getCrossReference", d -> d.getCrossReference(
                null, "pg_catalog", "pg_class", null, "pg_catalog", "pg_type"));
        calls.put("getIndexInfo", d -> d.getIndexInfo(null, "pg_catalog", "pg_class", false, false));
        calls.put("getBestRowIdentifier", d -> d.getBestRowIdentifier(
                null, "pg_catalog", "pg_class", DatabaseMetaData.bestRowSession, true));
        calls.put("getVersionColumns", d -> d.getVersionColumns(null, "pg_catalog", "pg_class"));
        calls.put("getTablePrivileges", d -> d.getTablePrivileges(null, "pg_catalog", "pg_class"));
        calls.put("getColumnPrivileges",
                d -> d.getColumnPrivileges(null, "pg_catalog", "pg_class", "relname"));
        calls.put("getFunctions", d -> d.getFunctions(null, "pg_catalog", "pg_get_%"));
        calls.put("getFunctionColumns",
                d -> d.getFunctionColumns(null, "pg_catalog", "format_type", null));
        calls.put("getProcedures", d -> d.getProcedures(null, "pg_catalog", "%"));
        calls.put("getUDTs", d -> d.getUDTs(null, "pg_catalog", "%", null));
        calls.put("getClientInfoProperties", DatabaseMetaData::getClientInfoProperties);
        Map<String, Object> counts = new LinkedHashMap<>();
        for (Map.Entry<String, Call> call : calls.entrySet()) {
            int count = 0;
            try (ResultSet rows = call.getValue().run(data)) {
                while (rows.next()) {
                    count++;
                }
            } catch (SQLException e) {
                throw new SQLException(call.getKey() + ": " + e.getMessage(), e.getSQLState(), e);
            }
            counts.put(call.getKey(), count);
        }
        Map<String, Object> answer = answer();
        answer.put("counts", counts);
        answer.put("facts", Arrays.<Object>asList(
                data.getDatabaseProductName(), data.getDatabaseProductVersion(), data.getUserName(),
                data.getMaxColumnNameLength(), data.getSQLKeywords().length() > 0,
                connection.getCatalog(), connection.getSchema(),
                connection.getTransactionIsolation(), connection.isReadOnly()));
        return answer;
    }

    private static void read(ResultSet rows, int take, Map<String, Object> answer)
            throws SQLException {
        ResultSetMetaData shape = rows.getMetaData();
        List<Object> columns = new ArrayList<>();
        for (int i = 1; i <= shape.getColumnCount(); i++) {
            columns.add(Arrays.<Object>asList(shape.getColumnLabel(i), shape.getColumnTypeName(i)));
        }
        List<Object> texts = new ArrayList<>();
        List<Object> objects = new ArrayList<>();
        while (texts.size() < take && rows.next()) {
            List<Object> text = new ArrayList<>();
            List<Object> object = new ArrayList<>();
            for (int i = 1; i <= shape.getColumnCount(); i++) {
                text.add(rows.getString(i));
                object.add(shown(rows.getObject(i)));
            }
            texts.add(text);
            objects.add(object);
        }
        answer.put("columns", columns);
        answer.put("texts", texts);
        answer.put("objects", objects);
    }

    /** A value with its class, so that equal texts of unequal types differ. */
    private static String shown(Object value) throws SQLException {
        if (value == null) {
            return null;
        }
        String kind = value.getClass().getSimpleName() + " ";
        if (value instanceof byte[]) {
            return kind + Arrays.toString((byte[]) value);
        }
        if (value instanceof java.sql.Array) {
            return "Array " + Arrays.deepToString((Object[]) ((java.sql.Array) value).getArray());
        }
        return kind + value;
    }

    private static List<Object> warnings(SQLWarning first) {
        List<Object> all = new ArrayList<>();
        for (SQLWarning one = first; one != null; one = one.getNextWarning()) {
            all.add(one.getMessage());
        }
        return all;
    }

    private static Map<String, Object> failure(SQLException error) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("sqlstate", error.getSQLState());
        answer.put("message", error.getMessage());
        ServerErrorMessage server =
                error instanceof PSQLException ? ((PSQLException) error).getServerErrorMessage()
                        : null;
        answer.put("position", server == null ? 0 : server.getPosition());
        answer.put("hint", server == null ? null : server.getHint());
        return answer;
    }

    private static Map<String, Object> answer() {
        return new LinkedHashMap<>();
    }

    private static String json(Object value) {
        if (value == null || value instanceof Number || value instanceof Boolean) {
            return String.valueOf(value);
        }
        StringBuilder text = new StringBuilder();
        if (value instanceof Map) {
            String separator = "{";
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                text.append(separator).append(json(entry.getKey())).append(":");
                text.append(json(entry.getValue()));
                separator = ",";
            }
            return text.append(separator.equals("{") ? "{}" : "}").toString();
        }
        if (value instanceof List) {
            String separator = "[";
            for (Object each : (List<?>) value) {
                text.append(separator).append(json(each));
                separator = ",";
            }
            return text.append(separator.equals("[") ? "[]" : "]").toString();
        }
        text.append('"');
        for (char c : value.toString().toCharArray()) {
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < 0x20 || c > 0x7e) {
                text.append(String.format("\\u%04x", (int) c));
            } else {
                text.append(c);
            }
        }
        return text.append('"').toString();
    }
}
