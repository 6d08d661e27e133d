package org.invar.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.invar.param.Weights;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a run needs to go on as if it had never stopped.
 *
 * @param step steps taken so far, at least 0
 * @param position the caller's own record: epoch, schedule, plateau, patience, seed, shards and
 *     whatever else decides how the run goes on. Doubles come back with the same bits; NaN and
 *     infinities come back as text, which Jackson binds to doubles again
 * @param weights parameters and state after {@code step} steps
 * @param moments the optimizer's vectors, each as long as the parameters; none for plain SGD
 * @param best the best model so far; null before the first evaluation
 * @param metrics the lines of {@code metrics.jsonl} so far, without line ends
 */
public record Checkpoint(
    long step,
    JsonNode position,
    Weights weights,
    List<float[]> moments,
    @Nullable Best best,
    List<String> metrics) {
  /** Takes unmodifiable copies of the lists, not of the vectors. */
  public Checkpoint {
    if (step < 0) {
      throw new IllegalArgumentException("step=" + step + " is negative");
    }
    moments = List.copyOf(moments);
    metrics = List.copyOf(metrics);
  }

  /**
   * The best model that a run has had so far.
   *
   * @param step the steps after which it was best; within a run it identifies the model, so one of
   *     the same step is not written again
   * @param weights its parameters and state
   */
  public record Best(long step, Weights weights) {}
}
