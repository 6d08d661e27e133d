package org.invar.gang;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.util.SerializableConfiguration;
import org.invar.collective.RunKey;
import org.invar.compute.ComputeThreads;
import org.invar.compute.RunPlan;
import org.invar.data.Normalization;
import org.invar.data.Shards;
import org.invar.kernel.Activation;
import org.invar.loss.SoftmaxCrossEntropy;
import org.invar.nn.BatchNorm;
import org.invar.nn.Dense;
import org.invar.nn.Dropout;
import org.invar.nn.Layer;
import org.invar.nn.Network;
import org.invar.optim.Adam;
import org.invar.optim.Clipping;
import org.invar.optim.Group;
import org.invar.optim.UpdateRule;
import org.invar.rows.BlockCodec;
import org.invar.rows.PackedBlock;
import org.invar.rows.ShardDigest;
import org.invar.rows.ShardLoader;
import org.invar.rows.ShardRows;
import org.invar.rows.SplitNames;
import org.invar.tensor.DType;
import org.invar.tensor.Shape;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * A run of a small network with everything that is random or has state, over shards of different
 * sizes, one of them without rows and one with a single row.
 *
 * @param run the run
 * @param blocks the packed blocks of every split, by shard
 */
public record SmallRun(RunPlan run, Map<String, Map<Integer, byte[]>> blocks) {
  public static final String DEV = "dev";
  public static final int STEPS_AN_EPOCH = 3;

  /** The layer that is frozen in {@link #grouped}. */
  public static final String FROZEN = "dense1";

  private static final int WIDTH = 20;
  private static final int CLASSES = 3;
  private static final int BATCH = 17;
  private static final int[] TRAIN_ROWS = {9, 12, 0, 10, 1, 11, 8};
  private static final int[] DEV_ROWS = {3, 0, 2, 5, 1, 0, 4};

  /** What workers do. */
  public interface Work {
    void run(GangWorker gang, List<Report> reports) throws Exception;
  }

  public static SmallRun of(String runId) {
    return of(
        runId,
        Dense.of(200).withActivation(Activation.TANH),
        BatchNorm.of(),
        new Dropout(0.25),
        Dense.of(100),
        Dense.of(CLASSES));
  }

  public static SmallRun of(String runId, Layer... layers) {
    Map<String, Map<Integer, byte[]>> blocks = new TreeMap<>();
    Map<String, List<String>> hashes = new TreeMap<>();
    add(SplitNames.TRAIN, TRAIN_ROWS, blocks, hashes);
    add(DEV, DEV_ROWS, blocks, hashes);
    long[] rows = new long[TRAIN_ROWS.length];
    for (int shard = 0; shard < rows.length; shard++) {
      rows[shard] = TRAIN_ROWS[shard];
    }
    var network = new Network(Shape.of(WIDTH), List.of(layers), SoftmaxCrossEntropy.of());
    return new SmallRun(
        new RunPlan(
            runId, network, Normalization.scaling(2), 42, BATCH, rows, new float[0], hashes, null),
        blocks);
  }

  private static void add(
      String split,
      int[] rows,
      Map<String, Map<Integer, byte[]>> blocks,
      Map<String, List<String>> hashes) {
    Map<Integer, byte[]> shards = new TreeMap<>();
    List<String> digests = new ArrayList<>();
    for (int shard = 0; shard < rows.length; shard++) {
      var digest = new ShardDigest();
      if (rows[shard] > 0) {
        byte[] block =
            block(shard, rows[shard], new SplittableRandom(split.hashCode() + 31L * shard));
        shards.put(shard, block);
        digest.add(block);
      }
      digests.add(digest.hex());
    }
    blocks.put(split, shards);
    hashes.put(split, digests);
  }

  private static byte[] block(int shard, int rows, SplittableRandom random) {
    ByteBuffer features =
        ByteBuffer.allocate(rows * WIDTH * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    while (features.hasRemaining()) {
      features.putFloat((float) (random.nextDouble() * 4 - 2));
    }
    float[] targets = new float[rows];
    float[] weights = new float[rows];
    for (int row = 0; row < rows; row++) {
      targets[row] = random.nextInt(CLASSES);
      weights[row] = 0.5f + random.nextInt(3);
    }
    return new BlockCodec()
        .encode(
            new PackedBlock(
                shard, rows, DType.FLOAT32, WIDTH, features.array(), 1, targets, weights));
  }

  /** Returns the plan of a gang that shares every step's gradient. */
  public GangPlan plan(int workers) {
    return plan(workers, 0, null);
  }

  /** Returns that plan without a bound of the gradient's norm. */
  public GangPlan unclipped(int workers) {
    return plan(workers, Clipping.of(), 0, null);
  }

  public GangPlan plan(int workers, int averageEvery, GangPlan.@Nullable Start start) {
    return plan(workers, new Clipping(0.5, Double.POSITIVE_INFINITY), averageEvery, start);
  }

  private GangPlan plan(
      int workers, Clipping clipping, int averageEvery, GangPlan.@Nullable Start start) {
    return plan(workers, UpdateRule.of(Adam.of(), 0.01, clipping), averageEvery, start);
  }

  /** Returns the plan of a gang that freezes one layer, and trains another faster. */
  public GangPlan grouped(int workers, int averageEvery) {
    var clipping = new Clipping(0.5, Double.POSITIVE_INFINITY);
    var groups = List.of(new Group(FROZEN + ".*", true, 1), new Group("dense3.*", false, 10));
    return plan(workers, new UpdateRule(Adam.of(), 0.01, clipping, groups), averageEvery, null);
  }

  private GangPlan plan(
      int workers, UpdateRule rule, int averageEvery, GangPlan.@Nullable Start start) {
    Duration timeout = Duration.ofSeconds(20);
    return new GangPlan(
        run,
        0,
        workers,
        1,
        rule,
        averageEvery,
        Wire.FLOAT32,
        new GangPlan.Meeting(RunKey.random(), false, null, 0, 0, 0, timeout, timeout),
        start,
        new SerializableConfiguration(new Configuration()));
  }

  /** Returns the blocks of a worker's shards, as Spark hands them over. */
  public List<Tuple2<String, byte[]>> blocks(int workers, int rank) {
    Shards.Range range = Shards.range(run.shards(), workers, rank);
    List<Tuple2<String, byte[]>> mine = new ArrayList<>();
    blocks.forEach(
        (split, shards) ->
            shards.forEach(
                (shard, block) -> {
                  if (range.from() <= shard && shard < range.to()) {
                    mine.add(new Tuple2<>(split, block));
                  }
                }));
    return mine;
  }

  public Map<String, Map<Integer, ShardRows>> splits(int workers, int rank) {
    var loader = new ShardLoader(run.hashes());
    blocks(workers, rank).forEach(block -> loader.add(block._1(), block._2()));
    return Map.of(SplitNames.TRAIN, loader.shards(SplitNames.TRAIN), DEV, loader.shards(DEV));
  }

  /** Lets a gang work in this process. */
  public void gang(GangPlan plan, int computeThreads, Work work) throws Exception {
    Workers.run(
        plan.workers(),
        collective -> {
          List<Report> reports = new ArrayList<>();
          try (var threads = new ComputeThreads(computeThreads);
              var gang =
                  new GangWorker(
                      plan,
                      collective,
                      splits(plan.workers(), collective.rank()),
                      threads,
                      reports::add)) {
            work.run(gang, reports);
          }
        });
  }

  public static double rate(long step) {
    return 0.01 / (1 + step);
  }

  /** Returns the command for the steps [from, to) of one epoch, counted over the run. */
  public static Command.Steps command(int from, int to) {
    double[] rates = new double[to - from];
    for (int i = 0; i < rates.length; i++) {
      rates[i] = rate(from + i);
    }
    return new Command.Steps(from / STEPS_AN_EPOCH, from % STEPS_AN_EPOCH, from, rates);
  }

  /** Takes the steps [from, to), epoch by epoch. */
  public static void take(GangWorker gang, int from, int to) throws Exception {
    for (int at = from; at < to; ) {
      int next = Math.min(to, (at / STEPS_AN_EPOCH + 1) * STEPS_AN_EPOCH);
      gang.steps(command(at, next));
      at = next;
    }
  }

  /** Returns the steps of reports that tell of nothing else. */
  public static List<Report.Stepped> steps(Collection<Report> reports) {
    return reports.stream().flatMap(report -> ((Report.Progress) report).steps().stream()).toList();
  }
}
