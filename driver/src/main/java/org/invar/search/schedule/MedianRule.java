package org.invar.search.schedule;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The median rule (see {@link Stopping.Median}). */
final class MedianRule implements Scheduler {
  private final Stopping.Median settings;
  private final Objective objective;
  private final int trials;
  private final int epochs;
  private final Map<Integer, double[]> scores = new HashMap<>();
  private final Deque<Integer> paused = new ArrayDeque<>();
  private final BitSet begun = new BitSet();

  MedianRule(Stopping.Median settings, Objective objective, int trials, int epochs) {
    this.settings = settings;
    this.objective = objective;
    this.trials = trials;
    this.epochs = epochs;
  }

  /** A trial that is good enough goes on before a new one begins. */
  @Override
  public @Nullable Part next() {
    Integer goesOn = paused.poll();
    if (goesOn != null) {
      int done = scores.getOrDefault(goesOn, new double[0]).length;
      return new Part(goesOn, Math.min(epochs, done + settings.every()));
    }
    int trial = begun.nextClearBit(0);
    begun.set(trial);
    return trial < trials ? new Part(trial, Math.min(epochs, settings.grace())) : null;
  }

  @Override
  public void ended(int trial, double[] found, boolean over) {
    begun.set(trial);
    scores.put(trial, found.clone());
    paused.remove(trial);
    if (!over && found.length > 0 && found.length < epochs && !isWorse(trial, found)) {
      paused.add(trial);
    }
  }

  @Override
  public double expectedEpochs() {
    return 0.5 * trials * epochs;
  }

  private boolean isWorse(int trial, double[] found) {
    List<Double> means =
        scores.entrySet().stream()
            .filter(other -> other.getKey() != trial && other.getValue().length >= found.length)
            .map(other -> Arrays.stream(other.getValue(), 0, found.length).average().orElseThrow())
            .sorted()
            .collect(Collectors.toList());
    if (means.size() < settings.least()) {
      return false;
    }
    Comparator<@Nullable Double> order = objective.order();
    means.sort(order);
    Double best = Stream.of(box(found)).min(order).orElseThrow();
    double median = (means.get((means.size() - 1) / 2) + means.get(means.size() / 2)) / 2;
    return order.compare(best, median) > 0;
  }

  private static Double[] box(double[] values) {
    return Arrays.stream(values).boxed().toArray(Double[]::new);
  }
}
