package org.invar.gang;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import org.apache.spark.util.SerializableConfiguration;
import org.invar.collective.RunKey;
import org.invar.compute.MemoryNeed;
import org.invar.compute.RunPlan;
import org.invar.data.Shards;
import org.invar.optim.UpdateRule;
import org.jspecify.annotations.Nullable;

/**
 * What the workers of a gang must know beside the run: how to update, how to meet, and where to
 * start.
 *
 * @param run the run
 * @param attempt how often the run had a gang before
 * @param workers N
 * @param cores the compute threads of a worker
 * @param rule how a gradient becomes an update
 * @param averageEvery after how many steps alone the workers average their parameters and moments;
 *     0 to share every step's gradient, which alone is exact
 * @param wire how gradients travel
 * @param meeting how workers find each other
 * @param start the checkpoint to start from, or null to start at step 0
 * @param hadoop finds the file system of checkpoints
 */
public record GangPlan(
    RunPlan run,
    int attempt,
    int workers,
    int cores,
    UpdateRule rule,
    int averageEvery,
    Wire wire,
    Meeting meeting,
    @Nullable Start start,
    SerializableConfiguration hadoop)
    implements Serializable {
  /**
   * How workers meet the driver and each other.
   *
   * @param key what everybody proves to everybody
   * @param encrypted whether what is sent is encrypted
   * @param driverHost where the driver listens, or null for a worker in the driver's process
   * @param driverPort its port
   * @param workerPort the first port that a worker listens on, or 0 for any
   * @param portRetries how many following ports it tries
   * @param timeout for all to be there
   * @param stall how long a peer may send nothing that it owes
   */
  public record Meeting(
      RunKey key,
      boolean encrypted,
      @Nullable String driverHost,
      int driverPort,
      int workerPort,
      int portRetries,
      Duration timeout,
      Duration stall)
      implements Serializable {}

  /**
   * A checkpoint.
   *
   * @param directory a Hadoop path
   * @param step its step
   * @param slices its {@link org.invar.storage.SliceFile}s, as JSON
   * @param kept those of the kept weights, likewise; empty where none are kept
   */
  public record Start(String directory, long step, List<String> slices, List<String> kept)
      implements Serializable {}

  /** Whether the workers take steps alone. */
  boolean averages() {
    return averageEvery > 0;
  }

  /** Returns what the worker of that rank needs of its process's memory. */
  MemoryNeed memoryNeed(int rank) {
    Shards.Range range = Shards.range(run.shards(), workers, rank);
    int shards = Math.max(1, range.to() - range.from());
    long rows = Math.max(1, run.batchSize() / run.shards());
    return MemoryNeed.of(run.network(), rule.optimizer(), workers, averages(), cores, shards, rows);
  }
}
