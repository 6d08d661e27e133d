package org.invar.search;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.invar.train.TrainingListener;
import org.invar.trials.Leg;
import org.jspecify.annotations.Nullable;

/**
 * What a part of a trial's training ended with, over all its folds; a line of the journal.
 *
 * @param finished whether the trial is trained to its end
 * @param scores what it would have scored if it had ended after each epoch so far
 * @param curves every epoch's metrics
 * @param finals the scores of its final weights; empty before
 * @param parameters the number of its network's
 * @param seconds that the part took where it ran
 * @param executor where
 * @param failure why it cannot be trained, or null
 */
record PartResult(
    boolean finished,
    List<Double> scores,
    List<Map<String, Double>> curves,
    Map<String, Double> finals,
    int parameters,
    double seconds,
    String executor,
    @Nullable String failure) {
  /** Refuses what no part ends with. */
  PartResult {
    if (scores.size() != curves.size() || parameters < 0 || !(seconds >= 0)) {
      throw new IllegalArgumentException(
          "%d scores, %d curves, %d parameters and %s seconds"
              .formatted(scores.size(), curves.size(), parameters, seconds));
    }
  }

  static PartResult failed(String reason) {
    return new PartResult(false, List.of(), List.of(), Map.of(), 0, 0, "", reason);
  }

  /**
   * Returns the mean over folds.
   *
   * @param legs a leg a fold, at least one
   * @param metric the objective's
   * @param keepsBest whether a run ends with the weights of its best epoch
   * @param epochs how many the part was to complete; a later part's may be there already
   */
  static PartResult of(List<Leg> legs, String metric, boolean keepsBest, int epochs) {
    double seconds = legs.stream().mapToDouble(Leg::seconds).sum();
    String executor = legs.get(0).executor();
    for (Leg leg : legs) {
      if (leg.failure() != null) {
        return new PartResult(
            false, List.of(), List.of(), Map.of(), 0, seconds, executor, leg.failure().reason());
      }
    }
    boolean finished = legs.stream().allMatch(Leg::finished);
    int longest = legs.stream().mapToInt(leg -> leg.history().size()).max().orElse(0);
    int known = finished ? longest : Math.min(longest, epochs);
    List<Double> scores = new ArrayList<>();
    List<Map<String, Double>> curves = new ArrayList<>();
    for (int epoch = 0; epoch < known; epoch++) {
      List<Map<String, Double>> rows = new ArrayList<>();
      double sum = 0;
      for (Leg leg : legs) {
        // A fold that stopped early stays as it is.
        int here = Math.min(epoch, leg.history().size() - 1);
        rows.add(leg.history().get(here).scores());
        sum += score(leg.history().subList(0, here + 1), metric, keepsBest);
      }
      scores.add(sum / legs.size());
      curves.add(mean(rows));
    }
    return new PartResult(
        finished,
        scores,
        curves,
        finished ? mean(legs.stream().map(Leg::scores).toList()) : Map.of(),
        legs.get(0).parameters(),
        seconds,
        executor,
        null);
  }

  /** The metric of the weights that a run of those epochs ends with. */
  private static double score(
      List<TrainingListener.Epoch> history, String metric, boolean keepsBest) {
    TrainingListener.Epoch ending = history.get(history.size() - 1);
    for (TrainingListener.Epoch epoch : history) {
      ending = keepsBest && epoch.best() ? epoch : ending;
    }
    return ending.scores().getOrDefault(metric, Double.NaN);
  }

  private static Map<String, Double> mean(List<Map<String, Double>> rows) {
    Map<String, Double> mean = new LinkedHashMap<>();
    for (String name : rows.get(0).keySet()) {
      double sum = 0;
      for (Map<String, Double> row : rows) {
        sum += row.getOrDefault(name, Double.NaN);
      }
      mean.put(name, sum / rows.size());
    }
    return mean;
  }
}
