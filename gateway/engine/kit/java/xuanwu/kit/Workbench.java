package xuanwu.kit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.TableResult;
import org.apache.flink.table.api.internal.TableEnvironmentInternal;
import org.apache.flink.table.operations.ExplainOperation;
import org.apache.flink.table.operations.ModifyOperation;
import org.apache.flink.table.operations.Operation;
import org.apache.flink.table.operations.QueryOperation;
import org.apache.flink.table.operations.StatementSetOperation;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;

/**
 * A table environment for streaming and one for batch, with the tables that were set up, and a
 * small cluster once something is executed.
 *
 * <p>What is executed stays until the next reset; what is parsed or explained leaves nothing.
 */
final class Workbench {

    private static final int ROWS = 100;
    // ReplaceTableAsOperation came with Flink 1.18.
    private static final Pattern AS_QUERY = Pattern.compile("(Create|Replace)TableA[sS]Operation");

    private final Map<Boolean, TableEnvironment> environments = new LinkedHashMap<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

    /** Forget what was executed; both environments begin with these statements. */
    void reset(List<String> setup) {
        for (boolean batch : new boolean[] {false, true}) {
            environments.put(batch, create(batch));
            setup.forEach(environments.get(batch)::executeSql);
        }
    }

    List<String[]> functions() {
        return Arrays.stream(environments.get(false).listFunctions())
                .sorted()
                .map(name -> new String[] {name})
                .collect(Collectors.toList());
    }

    /** The class loader of the planner: Flink keeps it, and its Calcite, apart. */
    ClassLoader planner() {
        return internal(environments.get(false)).getParser().getClass().getClassLoader();
    }

    /** Parse and plan; the plan if there is one, else null. Throws what Flink throws. */
    String explain(boolean batch, String sql, Map<String, String> config) throws Exception {
        return with(config, batch, environment -> plan(environment, sql));
    }

    /** Throws what Flink throws. */
    void parse(boolean batch, String sql, Map<String, String> config) throws Exception {
        with(config, batch, environment -> internal(environment).getParser().parse(sql));
    }

    /** The first rows as text. A job that runs on is canceled: by then Flink has taken it. */
    List<String> execute(boolean batch, String sql, Map<String, String> config, int seconds)
            throws Exception {
        return with(config, batch, environment -> rows(environment.executeSql(sql), seconds));
    }

    private interface Work<T> {
        T in(TableEnvironment environment) throws Exception;
    }

    /** Do it with these options of the session, which is then as it was. */
    private <T> T with(Map<String, String> config, boolean batch, Work<T> work) throws Exception {
        TableEnvironment environment = environments.get(batch);
        Configuration configuration = environment.getConfig().getConfiguration();
        Configuration before = configuration.clone();
        config.forEach(environment.getConfig()::set);
        try {
            return work.in(environment);
        } finally {
            for (String key : config.keySet()) {
                configuration.removeConfig(ConfigOptions.key(key).stringType().noDefaultValue());
            }
            configuration.addAll(before);
        }
    }

    private static String plan(TableEnvironment environment, String sql)
            throws ReflectiveOperationException {
        List<Operation> planned = new ArrayList<>();
        for (Operation operation : internal(environment).getParser().parse(sql)) {
            addPlanned(operation, planned);
        }
        return planned.isEmpty() ? null : internal(environment).explainInternal(planned);
    }

    /** What of an operation has a plan. Of CREATE TABLE AS it is the query, as before Flink 2.0. */
    private static void addPlanned(Operation operation, List<Operation> planned)
            throws ReflectiveOperationException {
        if (operation instanceof StatementSetOperation) {
            planned.addAll(((StatementSetOperation) operation).getOperations());
        } else if (operation instanceof ExplainOperation) {
            addPlanned(((ExplainOperation) operation).getChild(), planned);
        } else if (AS_QUERY.matcher(operation.getClass().getSimpleName()).matches()) {
            planned.add((Operation) operation.getClass().getMethod("getChild").invoke(operation));
        } else if (operation instanceof QueryOperation || operation instanceof ModifyOperation) {
            planned.add(operation);
        }
    }

    private static TableEnvironment create(boolean batch) {
        Configuration options = new Configuration();
        options.setString("parallelism.default", "1");
        EnvironmentSettings.Builder settings =
                EnvironmentSettings.newInstance().withConfiguration(options);
        return TableEnvironment.create(
                (batch ? settings.inBatchMode() : settings.inStreamingMode()).build());
    }

    private static TableEnvironmentInternal internal(TableEnvironment environment) {
        return (TableEnvironmentInternal) environment;
    }

    private List<String> rows(TableResult result, int seconds) throws Exception {
        AtomicBoolean ended = new AtomicBoolean();
        ScheduledFuture<?> end =
                timer.schedule(() -> end(result, ended), seconds, TimeUnit.SECONDS);
        List<String> rows = new ArrayList<>();
        try {
            collect(result, rows);
        } catch (Exception failure) {
            if (!ended.get()) {
                throw failure;
            }
        } finally {
            end.cancel(false);
        }
        return rows;
    }

    private static void collect(TableResult result, List<String> rows) throws Exception {
        try (CloseableIterator<Row> found = result.collect()) {
            while (found.hasNext()) {
                if (rows.size() == ROWS) {
                    return; // which ends the job
                }
                rows.add(found.next().toString());
            }
        }
        // An INSERT tells its job and runs on. (TableResult.await() hangs where there is no row.)
        if (result.getJobClient().isPresent()) {
            result.getJobClient().get().getJobExecutionResult().get();
        }
    }

    private static void end(TableResult result, AtomicBoolean ended) {
        ended.set(true);
        result.getJobClient().ifPresent(JobClient::cancel);
    }
}
