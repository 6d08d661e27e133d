package org.invar.config;

import java.util.List;
import java.util.regex.Pattern;
import org.invar.loss.Loss;
import org.invar.source.Spelling;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a job says.
 *
 * @param name of the run: letters, digits, dots, underscores and hyphens
 * @param data the rows
 * @param model the network
 * @param loss what is minimized
 * @param train how
 * @param checkpoint where the state is kept, {@code runs/NAME} unless given
 */
public record JobSettings(
    String name,
    DataSettings data,
    ModelSettings model,
    Loss loss,
    TrainSettings train,
    CheckpointSettings checkpoint) {
  private static final Pattern NAME = Pattern.compile("(?!\\.\\.?$)[A-Za-z0-9._-]+");

  /** Refuses names that are no folder's, and decisions by a dev set that there is not. */
  public JobSettings {
    Require.check(
        NAME.matcher(name).matches(),
        "name",
        "\"" + name + "\"",
        "a name of letters, digits, dots, underscores and hyphens");
    checkpoint = checkpoint.orIn("runs/" + name);
    if (data.dev() == null) {
      if (train.earlyStopping() != null) {
        noDev("train.earlyStopping", train.earlyStopping().metric());
      }
      noDev("train.keepBest", train.keepBest());
    }
    List<String> scores = EpochScores.possible(loss, data.dev() != null);
    if (train.earlyStopping() != null) {
      known("train.earlyStopping.metric", train.earlyStopping().metric(), scores);
    }
    if (train.keepBest() != null) {
      known("train.keepBest", train.keepBest(), scores);
    }
    train.schedule().plateau().ifPresent(rule -> known("train.schedule", rule.metric(), scores));
  }

  /**
   * Returns the names of the scores that epochs of the job can have, as far as the loss tells.
   *
   * @param folds whether there is a dev set even where the job has none
   */
  public List<String> scores(boolean folds) {
    return EpochScores.possible(loss, folds || data.dev() != null);
  }

  private static void known(String key, String metric, List<String> scores) {
    Require.check(
        scores.contains(metric),
        key,
        metric,
        "one of "
            + String.join(", ", scores)
            + ". "
            + Spelling.suggestion(metric, scores)
            + "Watch a metric that every epoch of the run has");
  }

  /** Returns the settings with the default checkpoints. */
  public static JobSettings of(
      String name, DataSettings data, ModelSettings model, Loss loss, TrainSettings train) {
    return new JobSettings(name, data, model, loss, train, CheckpointSettings.of());
  }

  private static void noDev(String key, @Nullable String metric) {
    Require.check(
        metric == null || !metric.startsWith("dev"),
        key,
        "" + metric,
        "a metric of the training set. For one of the dev set, add data.dev");
  }
}
