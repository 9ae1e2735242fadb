package xuanwu.kit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.table.api.SqlParserException;

/**
 * What a failure of Flink says of the text: a syntax error or a later one, why, and where.
 *
 * <p>Calcite's own exceptions live in the planner's class loader; they are told by their names.
 */
final class Refusal {

    private static final int MESSAGE_CHARACTERS = 4000;
    private static final Pattern POSITION = Pattern.compile("(?i)line (\\d+), column (\\d+)");
    // They name a place or a step and no cause of their own.
    private static final Pattern EMPTY = Pattern.compile("(?s)\\s*|null");

    private final List<Throwable> causes = new ArrayList<>();

    Refusal(Throwable failure) {
        Throwable cause = failure;
        while (cause != null && !causes.contains(cause)) {
            causes.add(cause);
            cause = cause.getCause();
        }
    }

    void describe(Map<String, Object> answer) {
        boolean syntax = causes.stream().anyMatch(each -> each instanceof SqlParserException);
        answer.put("verdict", syntax ? "p" : "f");
        answer.put("message", message());
        for (Throwable cause : causes) {
            Matcher found = POSITION.matcher(String.valueOf(cause.getMessage()));
            if (found.find()) {
                answer.put("line", Integer.valueOf(found.group(1)));
                answer.put("column", Integer.valueOf(found.group(2)));
                return;
            }
        }
    }

    /** The deepest cause that says something, with its class where the text needs it. */
    private String message() {
        for (int i = causes.size() - 1; i >= 0; i--) {
            String text = String.valueOf(causes.get(i).getMessage());
            if (!EMPTY.matcher(text).matches()) {
                return text.substring(0, Math.min(text.length(), MESSAGE_CHARACTERS)).trim();
            }
        }
        return causes.get(causes.size() - 1).getClass().getSimpleName();
    }
}
