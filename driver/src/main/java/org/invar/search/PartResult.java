package org.invar.search;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.invar.train.TrainingListener;
import org.invar.trials.TrialPart;
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
   * @param parts one a fold, at least one
   * @param metric the objective's
   * @param keepsBest whether a run ends with the weights of its best epoch
   * @param epochs how many the part was to complete; a later part's may be there already
   */
  static PartResult of(List<TrialPart> parts, String metric, boolean keepsBest, int epochs) {
    double seconds = parts.stream().mapToDouble(TrialPart::seconds).sum();
    String executor = parts.get(0).executor();
    for (TrialPart part : parts) {
      if (part.failure() != null) {
        return new PartResult(
            false, List.of(), List.of(), Map.of(), 0, seconds, executor, part.failure().reason());
      }
    }
    boolean finished = parts.stream().allMatch(TrialPart::finished);
    int longest = parts.stream().mapToInt(part -> part.history().size()).max().orElse(0);
    int known = finished ? longest : Math.min(longest, epochs);
    List<Double> scores = new ArrayList<>();
    List<Map<String, Double>> curves = new ArrayList<>();
    for (int epoch = 0; epoch < known; epoch++) {
      List<Map<String, Double>> rows = new ArrayList<>();
      double sum = 0;
      for (TrialPart part : parts) {
        // A fold that stopped early stays as it is.
        int here = Math.min(epoch, part.history().size() - 1);
        rows.add(part.history().get(here).scores());
        sum += score(part.history().subList(0, here + 1), metric, keepsBest);
      }
      scores.add(sum / parts.size());
      curves.add(mean(rows));
    }
    return new PartResult(
        finished,
        scores,
        curves,
        finished ? mean(parts.stream().map(TrialPart::scores).toList()) : Map.of(),
        parts.get(0).parameters(),
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
