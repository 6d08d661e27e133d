package org.invar.search;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A trial and what is known of it.
 *
 * @param number counted from 0 over the search
 * @param stage counted from 0
 * @param values by their keys, as the space has them; conditional keys that are off are missing
 * @param status how far it has come
 * @param scores what it would have scored if it had ended after each epoch so far
 * @param curves every epoch's metrics, the means over folds
 * @param finals the scores of its final weights, the means over folds; empty before
 * @param parameters the number of its network's; 0 where it has none
 * @param seconds that its parts took where they ran, together
 * @param failure why it cannot be trained, or null
 * @param directory of its run, or of its folds' runs
 */
public record SearchedTrial(
    int number,
    int stage,
    Map<String, JsonNode> values,
    TrialStatus status,
    List<Double> scores,
    List<Map<String, Double>> curves,
    Map<String, Double> finals,
    int parameters,
    double seconds,
    @Nullable String failure,
    String directory) {
  /** Takes unmodifiable copies. */
  public SearchedTrial {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    scores = List.copyOf(scores);
    curves = List.copyOf(curves);
    finals = Collections.unmodifiableMap(new LinkedHashMap<>(finals));
  }

  /** Returns a trial that has just begun. */
  static SearchedTrial begun(
      int number, int stage, Map<String, JsonNode> values, String directory) {
    return new SearchedTrial(
        number,
        stage,
        values,
        TrialStatus.RUNNING,
        List.of(),
        List.of(),
        Map.of(),
        0,
        0,
        null,
        directory);
  }

  /** Returns the directory of a fold's run. */
  String run(int fold, int folds) {
    return directory + (folds == 1 ? "" : "/fold-" + fold);
  }

  /** Returns the epochs so far. */
  public int epochs() {
    return scores.size();
  }

  /** Returns the score, of the epochs so far; null before the first and where it failed. */
  public @Nullable Double score() {
    return status == TrialStatus.FAILED || scores.isEmpty() ? null : scores.get(scores.size() - 1);
  }

  /** Returns the trial with another status. */
  SearchedTrial with(TrialStatus changed) {
    return new SearchedTrial(
        number,
        stage,
        values,
        changed,
        scores,
        curves,
        finals,
        parameters,
        seconds,
        failure,
        directory);
  }

  /** Returns the trial after a part of its training. */
  SearchedTrial after(PartResult part) {
    boolean failed = part.failure() != null;
    return new SearchedTrial(
        number,
        stage,
        values,
        failed ? TrialStatus.FAILED : part.finished() ? TrialStatus.FINISHED : TrialStatus.PAUSED,
        failed ? scores : part.scores(),
        failed ? curves : part.curves(),
        part.finals(),
        failed ? parameters : part.parameters(),
        seconds + part.seconds(),
        part.failure(),
        directory);
  }
}
