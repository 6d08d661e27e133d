package org.invar.report;

import org.invar.nn.Network;
import org.invar.optim.UpdateRule;

/**
 * An estimate of the bytes that training keeps at once.
 *
 * <p>A worker has one copy of the parameters; every compute thread works on one shard's rows at a
 * time, with the shard's gradient beside the sum of those before it. The averager's slices, of all
 * workers together, are moments, and the gradient where its norm is bounded: it waits for the whole
 * then. Activations are float32: the rows' input, and for every layer, those inside containers
 * included, its output and the gradient of it; of recurrent layers all steps. Not counted are what
 * a kernel allocates for itself, further partial sums where a thread has more than two shards, and
 * the rows that a worker holds; and a layer that only passes a view on counts as if it copied.
 *
 * @param rows the rows of one shard's part of a batch
 * @param parameters bytes of parameters and running state, a worker
 * @param gradients bytes of a shard's gradient and of a sum, a compute thread
 * @param activations bytes of activations and their gradients, a compute thread
 * @param slices bytes of the averager's slices, over all workers
 */
public record MemoryEstimate(
    int rows, long parameters, long gradients, long activations, long slices) {
  /**
   * Returns the estimate for a batch of {@code rows} rows a shard.
   *
   * @param network what is trained
   * @param rule whose optimizer's moments are counted
   * @param rows at least 1
   */
  public static MemoryEstimate of(Network network, UpdateRule rule, int rows) {
    if (rows < 1) {
      throw new IllegalArgumentException("rows=" + rows + " is not positive");
    }
    long length = network.layout().length();
    long vector = Float.BYTES * (length + network.stateLayout().length());
    long values = network.input().shape().size() + 2 * network.valuesPerRow();
    return new MemoryEstimate(
        rows,
        vector,
        2 * vector,
        Float.BYTES * values * rows,
        Float.BYTES
            * length
            * (rule.optimizer().moments() + (rule.clipping().boundsNorm() ? 1 : 0)));
  }

  /** Returns the bytes of a worker with that many compute threads. */
  public long worker(int threads) {
    return parameters + threads * (gradients + activations);
  }

  /** Returns a line for each part: what, where, how much. */
  public String render() {
    String thread = "each compute thread";
    return TextTable.aligned("llr")
        .row("estimated memory", "where", "size")
        .row("parameters and running state", "each worker", Numbers.bytes(parameters))
        .row("gradients: one, and a sum", thread, Numbers.bytes(gradients))
        .row("activations of " + Numbers.count(rows, "row"), thread, Numbers.bytes(activations))
        .row("averager", "all workers together", Numbers.bytes(slices))
        .render();
  }
}
