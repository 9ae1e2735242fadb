import java.io.PrintStream;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every call of DatabaseMetaData that answers rows, over the tables of the world; as JSON. */
public final class Metadata {
    private static final String[][] TABLES = {
        {"public", "orders"}, {"public", "payments"}, {"public", "MixedCase"}, {"public", "订单"},
        {"public", "all_types"}, {"public", "order_totals"}, {"sales", "orders"},
        {"Sales-2024", "Items"},
    };

    private interface Call {
        ResultSet run(Connection connection, DatabaseMetaData metadata) throws SQLException;
    }

    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, true, "UTF-8");
        Map<String, String> answers = new LinkedHashMap<>();
        String url = "jdbc:postgresql://127.0.0.1:" + args[0] + "/xuanwu";
        String[] modes = {"", "preferQueryMode=simple", "prepareThreshold=-1", "hideUnprivilegedObjects=true"};
        for (String mode : modes) {
            try (Connection connection =
                    DriverManager.getConnection(url + "?user=xuanwu&" + mode)) {
                run(connection, mode, answers);
            }
        }
        StringBuilder json = new StringBuilder("{");
        for (Map.Entry<String, String> answer : answers.entrySet()) {
            json.append(json.length() > 1 ? "," : "").append(quoted(answer.getKey())).append(":");
            json.append(answer.getValue());
        }
        out.println(json.append("}"));
    }

    private static void run(Connection connection, String mode, Map<String, String> answers)
            throws SQLException {
        DatabaseMetaData metadata = connection.getMetaData();
        for (Map.Entry<String, Call> call : calls(metadata).entrySet()) {
            String name = call.getKey() + (mode.isEmpty() ? "" : " " + mode);
            try (ResultSet rows = call.getValue().run(connection, metadata)) {
                answers.put(name, read(rows));
            } catch (SQLException error) {
                answers.put(name, "{\"error\":" + quoted(error.toString()) + "}");
            }
        }
        String[] facts = {
            metadata.getDatabaseProductName(), metadata.getDatabaseProductVersion(),
            metadata.getUserName(), metadata.getSQLKeywords(), connection.getCatalog(),
            connection.getSchema(), "" + metadata.getMaxColumnNameLength(),
            "" + metadata.getMaxIndexLength(), "" + connection.getTransactionIsolation(),
            "" + connection.isReadOnly(), "" + metadata.getDefaultTransactionIsolation(),
        };
        answers.put("facts " + mode, quoted(String.join("|", facts)));
    }

    private static Map<String, Call> calls(DatabaseMetaData any) {
        Map<String, Call> calls = new LinkedHashMap<>();
        calls.put("getCatalogs", (c, d) -> d.getCatalogs());
        calls.put("getSchemas", (c, d) -> d.getSchemas());
        calls.put("getSchemas, sal%", (c, d) -> d.getSchemas(null, "sal%"));
        calls.put("getTableTypes", (c, d) -> d.getTableTypes());
        calls.put("getTypeInfo", (c, d) -> d.getTypeInfo());
        calls.put("getTables", (c, d) -> d.getTables(null, null, "%", null));
        calls.put("getTables, kinds", (c, d) -> d.getTables("xuanwu", "public", "%",
                new String[] {"TABLE", "VIEW"}));
        calls.put("getColumns", (c, d) -> d.getColumns(null, "public", "%", "%"));
        calls.put("getColumns, pattern", (c, d) -> d.getColumns(null, null, "order%", "%id"));
        calls.put("getUDTs", (c, d) -> d.getUDTs(null, null, "%", null));
        calls.put("getFunctions", (c, d) -> d.getFunctions(null, "pg_catalog", "pg_get_%"));
        calls.put("getFunctionColumns",
                (c, d) -> d.getFunctionColumns(null, "pg_catalog", "format_type", "%"));
        calls.put("getProcedures", (c, d) -> d.getProcedures(null, null, "%"));
        calls.put("getProcedureColumns",
                (c, d) -> d.getProcedureColumns(null, "public", "%", "%"));
        calls.put("getClientInfoProperties", (c, d) -> d.getClientInfoProperties());
        calls.put("getCrossReference", (c, d) -> d.getCrossReference(
                null, "public", "orders", null, "public", "payments"));
        for (String[] table : TABLES) {
            String schema = table[0];
            String name = table[1];
            String of = ", " + schema + "." + name;
            calls.put("getColumns" + of, (c, d) -> d.getColumns(null, schema, name, null));
            calls.put("getPrimaryKeys" + of, (c, d) -> d.getPrimaryKeys(null, schema, name));
            calls.put("getImportedKeys" + of, (c, d) -> d.getImportedKeys(null, schema, name));
            calls.put("getExportedKeys" + of, (c, d) -> d.getExportedKeys(null, schema, name));
            calls.put("getIndexInfo" + of,
                    (c, d) -> d.getIndexInfo(null, schema, name, false, true));
            calls.put("getBestRowIdentifier" + of, (c, d) -> d.getBestRowIdentifier(
                    null, schema, name, DatabaseMetaData.bestRowSession, true));
            calls.put("getVersionColumns" + of,
                    (c, d) -> d.getVersionColumns(null, schema, name));
            calls.put("getTablePrivileges" + of,
                    (c, d) -> d.getTablePrivileges(null, schema, name));
            calls.put("getColumnPrivileges" + of,
                    (c, d) -> d.getColumnPrivileges(null, schema, name, "%"));
        }
        return calls;
    }

    private static String read(ResultSet rows) throws SQLException {
        ResultSetMetaData shape = rows.getMetaData();
        List<String> lines = new ArrayList<>();
        List<String> columns = new ArrayList<>();
        for (int i = 1; i <= shape.getColumnCount(); i++) {
            columns.add(quoted(shape.getColumnLabel(i) + " " + shape.getColumnTypeName(i)));
        }
        lines.add("[" + String.join(",", columns) + "]");
        while (rows.next()) {
            List<String> row = new ArrayList<>();
            for (int i = 1; i <= shape.getColumnCount(); i++) {
                String value = rows.getString(i);
                row.add(value == null ? "null" : quoted(value));
            }
            lines.add("[" + String.join(",", row) + "]");
        }
        return "[" + String.join(",", lines) + "]";
    }

    private static String quoted(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\' || c < ' ') {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }
}
