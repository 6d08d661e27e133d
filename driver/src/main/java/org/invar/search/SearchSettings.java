package org.invar.search;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.invar.config.yaml.KeyPath;
import org.invar.search.schedule.Objective;
import org.invar.search.schedule.Stopping;
import org.invar.search.space.Distribution;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a search says.
 *
 * @param name of the search: letters, digits, dots, underscores and hyphens
 * @param job the job whose settings are searched: a file, relative to the search's, or the job
 *     itself
 * @param space the distribution of each setting, by its key in the job
 * @param objective what makes a trial better
 * @param trials how many trials there are; with stages, the sum of theirs
 * @param seed of the values that are drawn
 * @param stopping which trials are trained to the end
 * @param placement where trials are trained
 * @param stages parts of the search, coarse to fine; none for one of all keys
 * @param folds of cross-validation: each trial is trained so many times, on all shards but every
 *     folds-th, which are its dev set; 1 to take the job's own dev set
 * @param trialTimeout the most time that a trial may take, all its parts together, such as {@code
 *     20min}; null for any
 * @param directory where everything goes, {@code runs/NAME} unless given
 */
public record SearchSettings(
    String name,
    JsonNode job,
    Map<String, Distribution> space,
    Objective objective,
    int trials,
    long seed,
    Stopping stopping,
    Placement placement,
    List<Stage> stages,
    int folds,
    @Nullable String trialTimeout,
    @Nullable String directory) {
  /** A search keeps every trial's curves in memory, and a report shows them all. */
  private static final int MOST_TRIALS = 100_000;

  private static final int MOST_FOLDS = 1000;
  private static final Pattern TIME = Pattern.compile("(?<number>[1-9]\\d{0,6})(?<unit>s|min|h)");
  private static final Pattern NAME = Pattern.compile("(?!\\.\\.?$)[A-Za-z0-9._-]+");

  /** Refuses names that are no folder's, and stages that do not fit the space. */
  public SearchSettings {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "name=\"" + name + "\" is not a name of letters, digits, dots, underscores and hyphens");
    }
    if (space.isEmpty()) {
      throw new IllegalArgumentException(
          "space={} is not a map of at least one key of the job with a distribution");
    }
    within("trials", trials, MOST_TRIALS);
    within("folds", folds, MOST_FOLDS);
    if (trialTimeout != null && !TIME.matcher(trialTimeout).matches()) {
      throw new IllegalArgumentException(
          "trialTimeout=\"" + trialTimeout + "\" is not a time such as 90s, 20min or 2h");
    }
    stages = List.copyOf(stages);
    checkStages(space, stages);
    if (!stages.isEmpty()) {
      long sum = stages.stream().mapToLong(Stage::trials).sum();
      if (sum > MOST_TRIALS) {
        throw new IllegalArgumentException(
            "stages=%d trials together are not at most %d".formatted(sum, MOST_TRIALS));
      }
      trials = (int) sum;
    }
    directory = directory == null ? "runs/" + name : directory;
  }

  private static void within(String name, int value, int most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException(
          "%s=%d is not at least 1 and at most %d".formatted(name, value, most));
    }
  }

  /** Returns the most time that a trial may take; null for any. */
  @Nullable Duration timeout() {
    Matcher time = TIME.matcher(String.valueOf(trialTimeout));
    if (!time.matches()) {
      return null;
    }
    long number = Long.parseLong(time.group("number"));
    return switch (time.group("unit")) {
      case "s" -> Duration.ofSeconds(number);
      case "min" -> Duration.ofMinutes(number);
      default -> Duration.ofHours(number);
    };
  }

  private static void checkStages(Map<String, Distribution> space, List<Stage> stages) {
    Set<String> named = new HashSet<>();
    for (int i = 0; i < stages.size(); i++) {
      for (String key : stages.get(i).keys()) {
        if (!space.containsKey(key)) {
          throw new IllegalArgumentException(
              "stages[%d].keys=%s is not one of the keys of space: %s"
                  .formatted(i, key, String.join(", ", space.keySet())));
        }
        if (!named.add(key)) {
          throw new IllegalArgumentException(
              "stages[%d].keys=%s is not new: an earlier stage has it".formatted(i, key));
        }
      }
      checkConditions(space, named, stages.get(i), i);
    }
    if (!stages.isEmpty() && stages.get(0).keys().isEmpty()) {
      throw new IllegalArgumentException(
          "stages[0].keys=[] is not a list of at least one key: there is no best trial yet");
    }
    for (String key : space.keySet()) {
      if (!stages.isEmpty() && !named.contains(key)) {
        throw new IllegalArgumentException(
            "stages=" + named + " are not all keys of space: " + key + " is in none");
      }
    }
  }

  /** What a later stage chooses would take the place of what this one has drawn inside of it. */
  private static void checkConditions(
      Map<String, Distribution> space, Set<String> named, Stage stage, int number) {
    for (String key : stage.keys()) {
      for (String other : space.keySet()) {
        boolean later = space.get(other) instanceof Distribution.Choice && !named.contains(other);
        if (later && KeyPath.parse(key).startsWith(KeyPath.parse(other))) {
          throw new IllegalArgumentException(
              "stages[%d].keys=%s is not in the stage of %s, which it is inside of, or in a later one"
                  .formatted(number, key, other));
        }
      }
    }
  }

  /** Returns the settings with all defaults. */
  public static SearchSettings of(
      String name, JsonNode job, Map<String, Distribution> space, Objective objective) {
    return new SearchSettings(
        name,
        job,
        space,
        objective,
        32,
        1,
        Stopping.Asha.of(),
        new Placement.Executor(),
        List.of(),
        1,
        null,
        null);
  }
}
