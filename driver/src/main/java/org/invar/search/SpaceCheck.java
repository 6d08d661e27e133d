package org.invar.search;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.invar.InvarException;
import org.invar.config.Job;
import org.invar.config.JobSettings;
import org.invar.config.yaml.KeyPath;
import org.invar.config.yaml.YamlDocument;
import org.invar.search.space.Distribution;
import org.invar.search.space.Space;
import org.invar.source.Spelling;

/** Refuses a space with keys or values that no job has, before anything runs. */
final class SpaceCheck {
  private static final double LAST = 0x1.fffffffffffffp-1;

  /** What decides data, shards or the bits beside the values that a trial may differ in. */
  private static final List<String> FIXED =
      List.of(
          "name",
          "data",
          "checkpoint",
          "train.seed",
          "train.shards",
          "train.exchange",
          "train.averaging",
          "train.wire",
          "train.exact");

  private final SearchSpec spec;
  private final Space space;

  SpaceCheck(SearchSpec spec) {
    this.spec = spec;
    this.space = spec.space();
  }

  void check() {
    checkSettings();
    checkRepeats();
    checkNestedRepeats();
    for (Map.Entry<String, Distribution> entry : space.distributions().entrySet()) {
      for (JsonNode value : values(entry.getValue())) {
        check(entry.getKey(), value, conditions(entry.getKey(), value));
      }
    }
  }

  /** What settings and job alone can tell. */
  private void checkSettings() {
    SearchSettings settings = spec.settings();
    boolean folded = settings.folds() > 1;
    if (folded && !(settings.placement() instanceof Placement.Executor)) {
      throw InvarException.of(
          spec.place("folds"),
          "folds: 1 with placement: gang",
          String.valueOf(settings.folds()),
          "Take placement: executor, or the job's own dev set.");
    }
    List<String> names = spec.job().settings().scores(folded);
    String metric = settings.objective().metric();
    if (!names.contains(metric)) {
      throw InvarException.of(
          spec.place("objective"),
          "one of " + String.join(", ", names),
          metric,
          Spelling.suggestion(metric, names) + "Name a metric that every epoch of the job has.");
    }
  }

  /** A block inside of one that is repeated is repeated as often more. */
  private void checkNestedRepeats() {
    space
        .distributions()
        .forEach(
            (key, distribution) -> {
              if (distribution instanceof Distribution.Repeat) {
                KeyPath path = KeyPath.parse(key);
                double most = 1;
                for (Map.Entry<String, Distribution> other : space.distributions().entrySet()) {
                  boolean around = path.startsWith(KeyPath.parse(other.getKey()).parent());
                  most *=
                      around && other.getValue() instanceof Distribution.Repeat repeat
                          ? (double) Math.max(1, repeat.times().to()) * repeat.elements()
                          : 1;
                }
                if (most > Distribution.Repeat.MOST) {
                  throw InvarException.of(
                      spec.placeOfKey(key),
                      "blocks that make at most %d elements together"
                          .formatted(Distribution.Repeat.MOST),
                      "up to " + (long) most,
                      "Repeat fewer of them, or less often.");
                }
              }
            });
  }

  /** Blocks that share an element would repeat each other's copies. */
  private void checkRepeats() {
    List<Block> blocks = new ArrayList<>();
    space
        .distributions()
        .forEach(
            (key, distribution) -> {
              KeyPath path = KeyPath.parse(key);
              if (distribution instanceof Distribution.Repeat repeat
                  && path.steps().get(path.steps().size() - 1) instanceof KeyPath.Index first) {
                blocks.add(new Block(key, path.parent(), first.index(), repeat.elements()));
              }
            });
    for (int i = 0; i < blocks.size(); i++) {
      for (Block before : blocks.subList(0, i)) {
        Block block = blocks.get(i);
        if (block.overlaps(before)) {
          throw InvarException.of(
              spec.placeOfKey(block.key),
              "a block apart from " + before,
              block.toString(),
              "Repeat one block of both, or blocks that share no element.");
        }
      }
    }
  }

  /** Elements of a list that are repeated together, from the one that the key names on. */
  private record Block(String key, KeyPath list, int first, int elements) {
    boolean overlaps(Block other) {
      return list.equals(other.list)
          && first < (long) other.first + other.elements
          && other.first < (long) first + elements;
    }

    @Override
    public String toString() {
      return key + " with its " + elements + (elements == 1 ? " element" : " elements");
    }
  }

  /**
   * Refuses what is no key, and what all trials have in common.
   *
   * @param place of the key
   */
  static void checkKey(String key, String place) {
    KeyPath path;
    try {
      path = KeyPath.parse(key);
    } catch (IllegalArgumentException e) {
      throw InvarException.of(place, "a key of the job, such as train.batchSize", key, "");
    }
    for (String fixed : FIXED) {
      // A value of train or data would carry what is in it along.
      KeyPath common = KeyPath.parse(fixed);
      if (path.startsWith(common) || common.startsWith(path)) {
        throw InvarException.of(
            place,
            "a key of model, loss or train, and none that decides how data is packed",
            key,
            "All trials share data that is packed once: set " + fixed + " in the job.");
      }
    }
  }

  /** The ends of a scale, or every value. */
  private static List<JsonNode> values(Distribution distribution) {
    if (distribution instanceof Distribution.Choice choice) {
      return choice.values();
    }
    if (distribution instanceof Distribution.Repeat) {
      return List.of(IntNode.valueOf(1));
    }
    return List.of(distribution.at(0), distribution.at(LAST));
  }

  /** The values of the choices that the key is in, under which it has a place. */
  private Map<String, JsonNode> conditions(String key, JsonNode value) {
    List<String> around = new ArrayList<>();
    for (String other = space.condition(key); other != null; other = space.condition(other)) {
      around.add(0, other);
    }
    Map<String, JsonNode> chosen = new LinkedHashMap<>();
    if (!choose(around, 0, chosen, key, value)) {
      String remedy =
          around.isEmpty()
              ? "Write what it is in into the job, or name another key."
              : "No value of " + around.get(around.size() - 1) + " has such a key.";
      throw InvarException.of(
          spec.placeOfKey(key), "a key that has a place in the job", key, remedy);
    }
    return chosen;
  }

  private boolean choose(
      List<String> around, int depth, Map<String, JsonNode> chosen, String key, JsonNode value) {
    if (depth == around.size()) {
      Map<String, JsonNode> all = new LinkedHashMap<>(chosen);
      all.put(key, value);
      try {
        space.apply(spec.jobTree(), all);
        return true;
      } catch (IllegalArgumentException e) {
        return false;
      }
    }
    Distribution choices = Objects.requireNonNull(space.distributions().get(around.get(depth)));
    for (JsonNode each : values(choices)) {
      chosen.put(around.get(depth), each);
      if (choose(around, depth + 1, chosen, key, value)) {
        return true;
      }
    }
    chosen.remove(around.get(depth));
    return false;
  }

  private void check(String key, JsonNode value, Map<String, JsonNode> conditions) {
    Map<String, JsonNode> all = new LinkedHashMap<>(conditions);
    all.put(key, value);
    Job job = spec.job();
    JsonNode tree = space.apply(spec.jobTree(), all);
    job.binder().bind(YamlDocument.of(tree, spec.placeOfKey(key)), JobSettings.class);
  }
}
