package org.invar.prepare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.invar.config.EpochScores;
import org.invar.config.Job;
import org.invar.config.TrainSettings;
import org.invar.nn.Network;
import org.invar.source.Contents;
import org.invar.source.Targets;

/**
 * The scores that a job watches, and whether its run has them.
 *
 * @param settings what the job watches
 */
public record WatchedScores(TrainSettings settings) {
  /** Returns the names of the scores that every epoch has. */
  public static List<String> metrics(Network network, boolean dev) {
    return EpochScores.of(network.loss(), network.output().shape(), dev);
  }

  /**
   * A rule that watches a metric.
   *
   * @param key its setting
   * @param metric the metric's name
   * @param without what it does about epochs in which the metric has no value
   */
  private record Watch(String key, String metric, String without) {}

  private List<Watch> watches() {
    List<Watch> watches = new ArrayList<>();
    if (settings.earlyStopping() != null) {
      watches.add(
          new Watch(
              "train.earlyStopping.metric",
              settings.earlyStopping().metric(),
              "they count towards the patience of train.earlyStopping"));
    }
    if (settings.keepBest() != null) {
      watches.add(
          new Watch(
              "train.keepBest",
              settings.keepBest(),
              "train.keepBest takes none of them, and the last epoch where none has a value"));
    }
    settings
        .schedule()
        .plateau()
        .ifPresent(
            rule ->
                watches.add(
                    new Watch(
                        "train.schedule",
                        rule.metric(),
                        "they count towards the patience of train.schedule")));
    return watches;
  }

  /** Refuses a watched metric that the run does not have. */
  void check(Job job, Network network) {
    List<String> names = metrics(network, job.settings().data().dev() != null);
    for (Watch watch : watches()) {
      if (!names.contains(watch.metric())) {
        throw job.wrong(
            watch.key(),
            "one of " + String.join(", ", names),
            watch.metric(),
            "Watch a metric that every epoch of the run has.");
      }
    }
  }

  /**
   * Refuses data on which a watched metric has a value in no epoch.
   *
   * @return what else has no value on them, a sentence each
   */
  List<String> check(Job job, Contents contents) {
    List<String> notes = new ArrayList<>();
    contents
        .tallies()
        .forEach(
            (split, tally) -> {
              if (tally.rows() > 0 && tally.weighted() == 0) {
                String reason = "the %s split's rows all weigh 0".formatted(split.label());
                check(job, List.of(split.score("loss")), reason);
                notes.add(split.score("loss") + " has no value: " + reason + ".");
              }
              if (contents.preprocessing().targets() == Targets.BINARY
                  && !tally.classes().containsKey(1)) {
                String yes = contents.preprocessing().classes().get(1);
                List<String> names =
                    Stream.of("precision", "recall", "f1").map(split::score).toList();
                check(job, names, "no row of the " + split.label() + " split is " + yes);
              }
            });
    return notes;
  }

  private void check(Job job, List<String> names, String reason) {
    for (Watch watch : watches()) {
      if (names.contains(watch.metric())) {
        throw job.wrong(
            watch.key(),
            "a metric that has a value",
            watch.metric() + ", which has none: " + reason,
            "Watch another metric, or give the split other rows.");
      }
    }
  }

  /**
   * Returns what is done about an epoch in which a watched metric has no value, by metric.
   *
   * @param scores the epoch's
   */
  public Map<String, String> withoutValue(Map<String, Double> scores) {
    Map<String, String> rules = new LinkedHashMap<>();
    for (Watch watch : watches()) {
      if (!Double.isFinite(scores.getOrDefault(watch.metric(), Double.NaN))) {
        rules.merge(watch.metric(), watch.without(), (one, other) -> one + "; " + other);
      }
    }
    return rules;
  }
}
