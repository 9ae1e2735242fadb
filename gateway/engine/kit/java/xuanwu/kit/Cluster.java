package xuanwu.kit;

import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.runtime.minicluster.MiniClusterJobClient;
import org.apache.flink.runtime.minicluster.MiniClusterJobClient.JobFinalizationBehavior;
import org.apache.flink.runtime.minicluster.RpcServiceSharing;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;

/**
 * A small cluster in this JVM, started with the first job and kept for the next ones.
 *
 * <p>Flink's own target "local" starts one for every job, and a remote one is asked over REST: both
 * cost a multiple of what these jobs take.
 */
final class Cluster {

    private static final int SLOTS = 4;

    private MiniCluster started;

    /** From now on every new environment of this JVM runs its jobs here. */
    void takeOver() {
        Environment.takeOver(this);
    }

    private JobClient submit(JobGraph job, ClassLoader classes) throws Exception {
        MiniCluster cluster = running();
        JobID id = cluster.submitJob(job).get().getJobID();
        return new MiniClusterJobClient(id, cluster, classes, JobFinalizationBehavior.NOTHING);
    }

    private MiniCluster running() throws Exception {
        if (started == null) {
            MiniCluster cluster = new MiniCluster(settings());
            cluster.start();
            started = cluster;
        }
        return started;
    }

    private static MiniClusterConfiguration settings() {
        Configuration options = new Configuration();
        options.setString("rest.bind-port", "0");
        options.setString("rest.port", "0");
        options.setString("taskmanager.memory.network.min", "16mb");
        options.setString("taskmanager.memory.network.max", "16mb");
        options.setString("taskmanager.memory.managed.size", "128mb");
        return new MiniClusterConfiguration.Builder()
                .setConfiguration(options)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(SLOTS)
                .setRpcServiceSharing(RpcServiceSharing.SHARED)
                .build();
    }

    private static final class Environment extends StreamExecutionEnvironment {

        private final Cluster cluster;

        private Environment(Configuration options, Cluster cluster) {
            super(options);
            this.cluster = cluster;
        }

        static void takeOver(Cluster cluster) {
            initializeContextEnvironment(options -> new Environment(options, cluster));
        }

        @Override
        public JobClient executeAsync(StreamGraph graph) throws Exception {
            return cluster.submit(graph.getJobGraph(), getUserClassloader());
        }
    }
}
