package org.invar.search.space;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.invar.config.yaml.KeyPath;
import org.invar.random.CounterRandom;
import org.invar.random.Purpose;
import org.jspecify.annotations.Nullable;

/**
 * The settings that a search varies, and how a trial's values are drawn and put into its job;
 * immutable.
 *
 * <p>A value is a function of (seed, trial, key) and of what the trial's stage keeps to: no other
 * key, no cluster and no order of trials reaches it.
 *
 * <p>A key inside of what another key chooses is conditional: {@code train.optimizer.momentum.beta}
 * has a value in the trials whose {@code train.optimizer} is momentum. Keys that repeat a block
 * come last, so all keys name places in the job as it is written.
 */
public final class Space {
  private final Map<String, Distribution> distributions;
  private final List<Setting> inOrder = new ArrayList<>();

  /** One key. */
  private record Setting(
      String key, KeyPath path, Distribution distribution, @Nullable String under) {}

  /**
   * Where a stage draws from.
   *
   * @param whole keys drawn from their whole scale
   * @param best the values of the best trial so far, which other keys stay near
   * @param width the part of the scale around the best
   */
  public record Focus(List<String> whole, Map<String, JsonNode> best, double width) {}

  /** Makes the space of those distributions, by their keys. */
  public Space(Map<String, Distribution> distributions) {
    this.distributions = distributions;
    distributions.forEach(
        (key, distribution) ->
            inOrder.add(new Setting(key, KeyPath.parse(key), distribution, under(key))));
    // What contains comes before what it contains, repetitions last and from the back.
    inOrder.sort(
        Comparator.comparing(
                (Setting setting) -> setting.distribution instanceof Distribution.Repeat)
            .thenComparing(Space::inside));
  }

  private static int inside(Setting one, Setting other) {
    int depth = Integer.compare(one.path.steps().size(), other.path.steps().size());
    if (!(one.distribution instanceof Distribution.Repeat)) {
      return depth;
    }
    return depth != 0 ? -depth : Integer.compare(index(other), index(one));
  }

  private static int index(Setting setting) {
    List<KeyPath.Step> steps = setting.path.steps();
    return steps.get(steps.size() - 1) instanceof KeyPath.Index item ? item.index() : 0;
  }

  /** The nearest other key that chooses what this key is in. */
  private @Nullable String under(String key) {
    KeyPath path = KeyPath.parse(key);
    return distributions.entrySet().stream()
        .filter(other -> other.getValue() instanceof Distribution.Choice)
        .map(Map.Entry::getKey)
        .filter(other -> !other.equals(key) && path.startsWith(KeyPath.parse(other)))
        .max(Comparator.comparingInt(other -> KeyPath.parse(other).steps().size()))
        .orElse(null);
  }

  /** Returns the keys with their distributions, as they were written. */
  public Map<String, Distribution> distributions() {
    return distributions;
  }

  /** Returns the key whose choice decides whether this one has a value, or null. */
  public @Nullable String condition(String key) {
    return under(key);
  }

  /**
   * Draws a trial's values, by their keys.
   *
   * @param job the tree that they are for; tells which conditional keys have a value
   */
  public Map<String, JsonNode> draw(JsonNode job, long seed, long trial, Focus focus) {
    JobTree tree = new JobTree(job);
    Map<String, JsonNode> drawn = new LinkedHashMap<>();
    for (Setting setting : inOrder) {
      double place = CounterRandom.of(seed, stream(trial, setting.key)).nextDouble();
      JsonNode value = value(setting, place, focus);
      if (value != null && put(tree, setting, value)) {
        drawn.put(setting.key, value);
      }
    }
    Map<String, JsonNode> asWritten = new LinkedHashMap<>();
    for (String key : distributions.keySet()) {
      if (drawn.containsKey(key)) {
        asWritten.put(key, drawn.get(key));
      }
    }
    return asWritten;
  }

  private static @Nullable JsonNode value(Setting setting, double place, Focus focus) {
    JsonNode best = focus.best.get(setting.key);
    if (focus.whole.contains(setting.key)) {
      return setting.distribution.at(place);
    }
    if (best == null) {
      return null;
    }
    if (focus.width == 0 || setting.distribution instanceof Distribution.Choice) {
      return best;
    }
    double centre = setting.distribution.place(best);
    double from = Math.max(0, Math.min(1 - focus.width, centre - focus.width / 2));
    return setting.distribution.at(from + place * focus.width);
  }

  /** Returns the job's tree with values in their places. */
  public JsonNode apply(JsonNode job, Map<String, JsonNode> values) {
    JobTree tree = new JobTree(job);
    for (Setting setting : inOrder) {
      JsonNode value = values.get(setting.key);
      if (value != null && !put(tree, setting, value)) {
        throw new IllegalArgumentException(setting.key + " has no place in the job");
      }
    }
    return tree.root();
  }

  private static boolean put(JobTree tree, Setting setting, JsonNode value) {
    return setting.distribution instanceof Distribution.Repeat repeat
        ? tree.repeat(setting.path, repeat.elements(), value.intValue())
        : tree.set(setting.path, value.deepCopy());
  }

  /** The purpose, the trial, and the bytes of the key, eight in a number. */
  private static long[] stream(long trial, String key) {
    byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
    ByteBuffer padded = ByteBuffer.allocate((bytes.length + 7) / 8 * 8).put(bytes).rewind();
    long[] stream = new long[2 + padded.capacity() / 8];
    stream[0] = Purpose.SEARCH.key();
    stream[1] = trial;
    for (int i = 2; i < stream.length; i++) {
      stream[i] = padded.getLong();
    }
    return stream;
  }
}
