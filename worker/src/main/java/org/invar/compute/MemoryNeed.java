package org.invar.compute;

import java.util.Locale;
import java.util.Optional;
import org.invar.InvarException;
import org.invar.nn.Network;
import org.invar.optim.Optimizer;
import org.invar.tensor.Layout;

/**
 * What a process takes of its memory at least when it trains: a run that does not have it is
 * refused before anything is taken. ND4J and the system say of no memory outside the heap by ending
 * the process.
 *
 * <p>These are vectors that live at the same time, and of activations one value for each output.
 * Not counted are rows, further sums, gradients of activations, and whatever else Spark and Java
 * need.
 *
 * @param parameters of the network
 * @param heap bytes of Java's heap
 * @param outside bytes outside of it
 */
public record MemoryNeed(int parameters, long heap, long outside) {
  /** Direct buffers are addressed by 31 bits, and the parameters are one of them. */
  public static final int MOST_PARAMETERS = Integer.MAX_VALUE / Float.BYTES;

  /** What is left to everything else where memory is not tight. */
  private static final double SPARE = 0.75;

  /**
   * Returns the need of one worker on one thread with one row, whatever the data are.
   *
   * @param optimizer whose moments are kept
   */
  public static MemoryNeed atLeast(Network network, Optimizer optimizer) {
    return of(network, optimizer, 1, false, 1, 1, 1);
  }

  /**
   * Returns the need of a worker.
   *
   * @param workers N, of which each has an even slice of the moments
   * @param whole whether each has all moments nevertheless
   * @param threads compute threads
   * @param shards the worker's
   * @param rows of a shard in a batch
   */
  public static MemoryNeed of(
      Network network,
      Optimizer optimizer,
      int workers,
      boolean whole,
      int threads,
      int shards,
      long rows) {
    Layout layout = network.layout();
    long length = layout.length();
    long state = network.stateLayout().length();
    long slice = (length + workers - 1) / workers;
    long moments = optimizer.moments() * (whole ? length : slice);
    long largest =
        layout.entries().stream().mapToLong(entry -> entry.shape().size()).max().orElse(0);
    long start = length + Math.max(largest, moments);
    long checkpoint = moments + (1L + optimizer.moments()) * slice;
    long busy = Math.min(threads, shards);
    long vectors = 1 + busy * (shards > busy ? 2 : 1);
    long activations = rows * (network.input().shape().size() + network.valuesPerRow());
    return new MemoryNeed(
        layout.length(),
        Float.BYTES * Math.max(start, checkpoint),
        Float.BYTES * (vectors * (length + state) + busy * activations));
  }

  /** Returns the need of a driver that has the averager, and receives sums from its tasks. */
  public static MemoryNeed ofAverager(Network network, Optimizer optimizer) {
    long length = network.layout().length();
    // Parameters, moments, the parameters as they are sent, and a sum as it comes.
    return new MemoryNeed(
        network.layout().length(), Float.BYTES * length * (3L + optimizer.moments()), 0);
  }

  /** Returns the need of a driver that writes the model. */
  public static MemoryNeed ofModel(Network network) {
    int length = network.layout().length();
    return new MemoryNeed(length, (long) Float.BYTES * length, 0);
  }

  /**
   * Refuses a process that does not have the memory.
   *
   * @param place which process, for the message
   * @param memory what it has
   * @throws InvarException with need, limit and setting
   */
  public void require(String place, ProcessMemory memory) {
    if (heap > memory.heap()) {
      throw refused(
          place,
          "of heap",
          heap,
          memory.heap(),
          memory.heapSetting() + ", or take fewer or smaller layers");
    }
    if (outside > memory.outside()) {
      throw refused(
          place,
          "outside the heap",
          outside,
          memory.outside(),
          memory.outsideSetting() + ", or take smaller layers or a smaller batchSize");
    }
  }

  /** Returns a warning where memory is enough for this and hardly for everything else. */
  public Optional<String> tight(ProcessMemory memory) {
    if (heap > SPARE * memory.heap()) {
      return Optional.of(warning("of heap", heap, memory.heap(), memory.heapSetting()));
    }
    return outside > SPARE * memory.outside()
        ? Optional.of(
            warning("outside the heap", outside, memory.outside(), memory.outsideSetting()))
        : Optional.empty();
  }

  private String warning(String where, long need, long limit, String setting) {
    return "%,d parameters take at least %s %s, of %s that there are: memory may not be enough. Set more by %s."
        .formatted(
            parameters,
            ProcessMemory.mebibytes(need),
            where,
            ProcessMemory.mebibytes(limit),
            setting);
  }

  private InvarException refused(String place, String where, long need, long limit, String remedy) {
    String message =
        String.format(
            Locale.ROOT,
            "%s: expected at least %s %s for %,d parameters, found %s. Set more by %s.",
            place,
            ProcessMemory.mebibytes(need),
            where,
            parameters,
            ProcessMemory.mebibytes(limit),
            remedy);
    return new InvarException(message, new TooLittleMemoryException(message));
  }
}
