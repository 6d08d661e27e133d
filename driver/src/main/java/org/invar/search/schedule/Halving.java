package org.invar.search.schedule;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Asynchronous successive halving (see {@link Stopping.Asha}).
 *
 * <p>Where too few trials came for one to reach the last rung by the rule, the best of the highest
 * rung goes on to the end, so that there is a model.
 */
final class Halving implements Scheduler {
  private final int reduction;
  private final int trials;
  private final Comparator<@Nullable Double> order;
  private final List<Rung> rungs = new ArrayList<>();
  private final Set<Integer> running = new HashSet<>();
  private final Set<Integer> over = new HashSet<>();
  private final BitSet begun = new BitSet();

  /** The trials that have had as many epochs, with their scores then. */
  private static final class Rung {
    private final int epochs;
    private final Map<Integer, @Nullable Double> scores = new LinkedHashMap<>();
    private final Set<Integer> promoted = new HashSet<>();

    Rung(int epochs) {
      this.epochs = epochs;
    }
  }

  Halving(Stopping.Asha settings, Objective objective, int trials, int epochs) {
    this.reduction = settings.reduction();
    this.trials = trials;
    this.order = objective.order();
    for (long rung = settings.grace(); rung < epochs; rung *= reduction) {
      rungs.add(new Rung((int) rung));
    }
    rungs.add(new Rung(epochs));
  }

  /** Returns the epochs of each rung. */
  List<Integer> rungs() {
    return rungs.stream().map(rung -> rung.epochs).toList();
  }

  @Override
  public @Nullable Part next() {
    for (int k = rungs.size() - 2; k >= 0; k--) {
      List<Integer> ranked = ranked(rungs.get(k));
      for (int best : ranked.subList(0, ranked.size() / reduction)) {
        if (promotable(rungs.get(k), best)) {
          return promote(k, best);
        }
      }
    }
    int trial = begun.nextClearBit(0);
    if (trial < trials) {
      begun.set(trial);
      running.add(trial);
      return new Part(trial, rungs.get(0).epochs);
    }
    return running.isEmpty() ? lastPush() : null;
  }

  @Override
  public double expectedEpochs() {
    double sum = 0;
    double left = trials;
    int before = 0;
    for (Rung rung : rungs) {
      sum += Math.max(1, left) * (rung.epochs - before);
      before = rung.epochs;
      left /= reduction;
    }
    return sum;
  }

  private Part promote(int k, int trial) {
    rungs.get(k).promoted.add(trial);
    running.add(trial);
    return new Part(trial, rungs.get(k + 1).epochs);
  }

  private boolean promotable(Rung rung, int trial) {
    return !rung.promoted.contains(trial) && !running.contains(trial) && !over.contains(trial);
  }

  /** Best first; of equal ones, who came first. */
  private List<Integer> ranked(Rung rung) {
    return rung.scores.keySet().stream()
        .sorted(Comparator.comparing(rung.scores::get, order))
        .toList();
  }

  private @Nullable Part lastPush() {
    Rung last = rungs.get(rungs.size() - 1);
    if (last.scores.values().stream().anyMatch(score -> score != null)) {
      return null;
    }
    for (int k = rungs.size() - 2; k >= 0; k--) {
      for (int trial : ranked(rungs.get(k))) {
        if (promotable(rungs.get(k), trial)) {
          return promote(k, trial);
        }
      }
    }
    return null;
  }

  @Override
  public void ended(int trial, double[] scores, boolean isOver) {
    running.remove(trial);
    if (isOver) {
      over.add(trial);
    }
    begun.set(trial);
    if (scores.length == 0) {
      rungs.get(0).scores.putIfAbsent(trial, null);
      return;
    }
    for (int k = 0; k < rungs.size(); k++) {
      Rung rung = rungs.get(k);
      // A trial that ended early has its last score in all rungs above, too.
      if (scores.length >= rung.epochs || isOver) {
        rung.scores.put(trial, scores[Math.min(scores.length, rung.epochs) - 1]);
        if (k > 0) {
          rungs.get(k - 1).promoted.add(trial);
        }
      }
    }
  }
}
