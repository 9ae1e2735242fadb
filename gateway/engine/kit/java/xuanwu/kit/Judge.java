package xuanwu.kit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;

/**
 * Says what this Flink thinks of SQL texts: one JSON object a line in, one a line out, in order.
 *
 * <pre>
 * {"id": 1, "ask": "verdict", "sql": "…", "mode": "parse" | "explain" | "execute",
 *  "runtime": "streaming" | "batch", "config": {"key": "value"},
 *  "seconds": 20}
 *     → {"id": 1, "verdict": "y" | "p" | "f", "message", "line", "column", "plan", "rows"}
 * {"id": 2, "ask": "reset", "setup": ["CREATE TABLE …"]}  → {"id": 2}
 * {"id": 3, "ask": "functions" | "words" | "options"}     → {"id": 3, "facts": […]}
 * </pre>
 *
 * A request that cannot be answered at all has "error" in its answer. The end of the input ends the
 * JVM, so that none outlives who asked. Run by gateway/engine/kit/judge.py; no engine needs it.
 */
public final class Judge {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Workbench bench = new Workbench();

    private Judge() {}

    public static void main(String[] arguments) throws Exception {
        // What Flink logs and print sinks write must not get between the answers.
        PrintStream answers = new PrintStream(System.out, false, "UTF-8");
        System.setOut(System.err);
        new Cluster().takeOver();
        BufferedReader requests =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try {
            new Judge().serve(requests, answers);
        } catch (Throwable failure) {
            failure.printStackTrace();
        } finally {
            System.exit(0); // threads of a cluster may be left
        }
    }

    private void serve(BufferedReader requests, PrintStream answers) throws IOException {
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            JsonNode request = JSON.readTree(line);
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("id", request.get("id").asInt());
            try {
                answer(request, answer);
            } catch (Exception | LinkageError failure) {
                failure.printStackTrace();
                answer.put("error", failure.toString());
            }
            answers.println(JSON.writeValueAsString(answer));
            answers.flush();
        }
    }

    private void answer(JsonNode request, Map<String, Object> answer) throws Exception {
        String ask = request.get("ask").asText();
        switch (ask) {
            case "verdict":
                verdict(request, answer);
                break;
            case "reset":
                List<String> setup = new ArrayList<>();
                request.get("setup").forEach(statement -> setup.add(statement.asText()));
                bench.reset(setup);
                break;
            case "functions":
                answer.put("facts", bench.functions());
                break;
            case "words":
                answer.put("facts", Words.of(bench.planner()));
                break;
            case "options":
                answer.put("facts", ConfigKeys.of(bench.planner()));
                break;
            default:
                throw new IllegalArgumentException("unknown request: " + ask);
        }
    }

    private void verdict(JsonNode request, Map<String, Object> answer) {
        Map<String, String> config = new LinkedHashMap<>();
        request.get("config")
                .fields()
                .forEachRemaining(each -> config.put(each.getKey(), each.getValue().asText()));
        try {
            accept(request, config, answer);
            answer.put("verdict", "y");
        } catch (Exception | AssertionError | LinkageError | StackOverflowError failure) {
            new Refusal(failure).describe(answer); // the errors are answers of Calcite, too
        }
    }

    private void accept(JsonNode request, Map<String, String> config, Map<String, Object> answer)
            throws Exception {
        boolean batch = request.get("runtime").asText().equals("batch");
        String sql = request.get("sql").asText();
        switch (request.get("mode").asText()) {
            case "execute":
                int seconds = request.get("seconds").asInt();
                answer.put("rows", bench.execute(batch, sql, config, seconds));
                break;
            case "explain":
                answer.put("plan", bench.explain(batch, sql, config));
                break;
            default:
                bench.parse(batch, sql, config);
        }
    }
}
