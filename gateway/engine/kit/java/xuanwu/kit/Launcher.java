package xuanwu.kit;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.net.URL;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.runtime.minicluster.RpcServiceSharing;
import org.apache.flink.table.gateway.SqlGateway;

/**
 * A whole engine in one JVM: JobManager, TaskManager and SQL Gateway.
 *
 * <p>Arguments: conf directory, lock file, slots. Exit codes: 1 a part did not start, 3 the lock is
 * held by another engine. Compiled as Java 8 against the libraries of each Flink version, so only
 * API that is the same in all of them is used.
 */
public final class Launcher {

    private static final int CLOSE_SECONDS = 8;

    /** Kept for the life of the JVM: the lock goes when the process goes, however it dies. */
    private static FileLock lock;

    private Launcher() {}

    public static void main(String[] args) throws Exception {
        lock = claim(args[1]);
        if (lock == null) {
            System.err.println("the lock file is held by another engine: " + args[1]);
            System.exit(3);
        }
        keepJarsApart();
        Configuration configuration = GlobalConfiguration.loadConfiguration(args[0]);
        Thread gateway = new Thread(Launcher::runGateway, "sql-gateway-main");
        gateway.setDaemon(true);
        gateway.start();
        startCluster(configuration, Integer.parseInt(args[2]));
        gateway.join();
    }

    /**
     * Java shares one open file among all class loaders that read a jar, and the first loader that
     * is closed closes it: a session that ends would fail those that have added the same jar.
     */
    private static void keepJarsApart() throws IOException {
        // The method sets the default of all connections; the static one is newer than Java 8.
        new URL("jar:file:none.jar!/").openConnection().setDefaultUseCaches(false);
    }

    private static FileLock claim(String path) throws IOException {
        RandomAccessFile file = new RandomAccessFile(path, "rw");
        FileLock claimed = file.getChannel().tryLock();
        if (claimed != null) {
            // "pid@host" in every JVM that runs Flink; ProcessHandle is newer than Java 8.
            String name = ManagementFactory.getRuntimeMXBean().getName();
            file.setLength(0);
            file.write(name.substring(0, name.indexOf('@')).getBytes(StandardCharsets.US_ASCII));
        }
        return claimed;
    }

    private static void startCluster(Configuration configuration, int slots) {
        MiniClusterConfiguration settings =
                new MiniClusterConfiguration.Builder()
                        .setConfiguration(configuration)
                        .setNumTaskManagers(1)
                        // The builder's number overrides taskmanager.numberOfTaskSlots.
                        .setNumSlotsPerTaskManager(slots)
                        .setRpcServiceSharing(RpcServiceSharing.SHARED)
                        .build();
        MiniCluster cluster = new MiniCluster(settings);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(cluster), "cluster-close"));
        try {
            cluster.start();
        } catch (Throwable failure) {
            fail("the cluster did not start", failure);
        }
    }

    private static void runGateway() {
        try {
            SqlGateway.main(new String[0]);
        } catch (Throwable failure) {
            fail("the SQL Gateway did not start", failure);
        }
    }

    private static void close(MiniCluster cluster) {
        try {
            cluster.closeAsync().get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (Exception failure) {
            System.err.println("the cluster did not close in time: " + failure);
        }
    }

    private static void fail(String what, Throwable failure) {
        System.err.println(what + ": " + failure);
        failure.printStackTrace();
        System.exit(1);
    }
}
