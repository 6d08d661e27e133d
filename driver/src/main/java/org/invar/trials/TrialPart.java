package org.invar.trials;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.invar.train.TrainingListener;
import org.jspecify.annotations.Nullable;

/**
 * How far a trial has come: what a part of its training ended with.
 *
 * @param finished whether the trial has a model; otherwise it is paused at a checkpoint, or failed
 * @param history the completed epochs, all of them since the first
 * @param scores of the final weights, where it is finished; otherwise empty
 * @param parameters the number of trainable parameters
 * @param seconds that this part took where it ran
 * @param executor Spark's id of the process where it ran
 * @param failure why it cannot be trained, for reasons of its own, or null
 */
public record TrialPart(
    boolean finished,
    List<TrainingListener.Epoch> history,
    Map<String, Double> scores,
    int parameters,
    double seconds,
    String executor,
    @Nullable TrialFailure failure)
    implements Serializable {
  /** Takes copies. */
  public TrialPart {
    history = List.copyOf(history);
    scores = new LinkedHashMap<>(scores);
  }

  /** Returns whether it failed by what another task of the same process may have caused. */
  public boolean deservesAnotherTry() {
    return failure != null && failure.isMaybeAnothers();
  }

  /** Returns the end of a trial that cannot be trained. */
  public static TrialPart failed(TrialFailure failure, double seconds, String executor) {
    return new TrialPart(false, List.of(), Map.of(), 0, seconds, executor, failure);
  }
}
