package org.invar.bench;

import java.util.ArrayList;
import java.util.List;
import org.invar.config.ShardSetting;

/**
 * What {@link ThroughputBench} measures.
 *
 * @param networks one after the other
 * @param globalBatch the rows of a step over all shards
 * @param warmUp how many seconds a network trains before it is measured
 * @param seconds how long a window takes
 * @param repeats the number of windows, of which the median counts
 * @param threads the cores that training gets
 * @param shards {@code auto}, which is then compared with as many as there are threads, or a number
 * @param breakdown whether to tell where a step's time goes
 * @param memory whether to tell the peak of the process's memory
 */
public record ThroughputSettings(
    List<PeerNetwork> networks,
    int globalBatch,
    double warmUp,
    double seconds,
    int repeats,
    int threads,
    ShardSetting shards,
    boolean breakdown,
    boolean memory) {
  private static final int FEWEST_STEPS = 40;
  private static final int FEWEST_ROWS = 60_000;

  /** Takes copies, and refuses what cannot be measured. */
  public ThroughputSettings {
    networks = List.copyOf(networks);
    atLeastOne("global-batch", globalBatch);
    atLeastOne("repeats", repeats);
    atLeastOne("threads", threads);
    betweenZeroAndAnHour("warm-up", warmUp);
    betweenZeroAndAnHour("seconds", seconds);
    if (networks.isEmpty() || networks.stream().distinct().count() < networks.size()) {
      throw new IllegalArgumentException(
          "workloads=" + names(networks) + " are not one or more that differ");
    }
    if (shards instanceof ShardSetting.Fixed fixed && fixed.count() > globalBatch) {
      throw new IllegalArgumentException(
          "shards=" + fixed.count() + " is more than --global-batch=" + globalBatch + " has rows");
    }
  }

  /**
   * Returns windows of two seconds, three of each behind thirty seconds of warm-up, on all cores,
   * with a shard a core.
   */
  public static ThroughputSettings of(List<String> workloads) {
    List<PeerNetwork> networks = new ArrayList<>();
    for (String name : workloads) {
      PeerNetwork network = PeerNetwork.named(name);
      if (network == null) {
        throw new IllegalArgumentException(
            "workloads=" + name + " is none of " + names(PeerNetwork.ALL));
      }
      networks.add(network);
    }
    int cores = Runtime.getRuntime().availableProcessors();
    return new ThroughputSettings(
        networks, 256, 30, 2, 3, cores, new ShardSetting.Fixed(cores), true, false);
  }

  private static List<String> names(List<PeerNetwork> networks) {
    return networks.stream().map(PeerNetwork::name).toList();
  }

  private static void betweenZeroAndAnHour(String name, double seconds) {
    if (!(seconds > 0 && seconds < 3600)) {
      throw new IllegalArgumentException(name + "=" + seconds + " is not between 0 and 3600");
    }
  }

  private static void atLeastOne(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + "=" + value + " is not positive");
    }
  }

  /**
   * Returns the rows of the made-up data: whole batches, forty an epoch at least, and enough that
   * an epoch's end is rare.
   */
  int rows() {
    int steps = Math.max(FEWEST_STEPS, (FEWEST_ROWS + globalBatch - 1) / globalBatch);
    return Math.multiplyExact(steps, globalBatch);
  }
}
