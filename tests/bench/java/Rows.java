import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Arrays;

/**
 * Reads queries through any JDBC driver and prints one line for each run: rows, milliseconds to the
 * first row, milliseconds to the end.
 *
 * <p>Arguments: URL, user or "-", fetch size (0: none), runs, query, statements to run before.
 */
public final class Rows {
    public static void main(String[] args) throws Exception {
        int fetchSize = Integer.parseInt(args[2]);
        int runs = Integer.parseInt(args[3]);
        try (Connection connection =
                args[1].equals("-")
                        ? DriverManager.getConnection(args[0])
                        : DriverManager.getConnection(args[0], args[1], "")) {
            for (String before : Arrays.copyOfRange(args, 5, args.length)) {
                try (Statement statement = connection.createStatement()) {
                    statement.execute(before);
                }
            }
            if (fetchSize > 0) {
                connection.setAutoCommit(false);
            }
            for (int run = 0; run < runs; run++) {
                read(connection, args[4], fetchSize);
            }
            if (fetchSize > 0) {
                connection.commit();
            }
        }
        System.exit(0); // a driver may leave threads behind
    }

    private static void read(Connection connection, String query, int fetchSize) throws Exception {
        long began = System.nanoTime();
        long first = 0;
        long count = 0;
        try (Statement statement = connection.createStatement()) {
            if (fetchSize > 0) {
                statement.setFetchSize(fetchSize);
            }
            try (ResultSet rows = statement.executeQuery(query)) {
                int width = rows.getMetaData().getColumnCount();
                while (rows.next()) {
                    if (count++ == 0) {
                        first = System.nanoTime() - began;
                    }
                    for (int i = 1; i <= width; i++) {
                        rows.getObject(i);
                    }
                }
            }
        }
        long all = System.nanoTime() - began;
        System.out.println(count + " " + first / 1e6 + " " + all / 1e6);
    }
}
