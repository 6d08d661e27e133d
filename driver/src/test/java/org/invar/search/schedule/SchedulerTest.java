package org.invar.search.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.invar.optim.Goal;
import org.invar.random.CounterRandom;
import org.invar.search.schedule.Scheduler.Part;
import org.junit.jupiter.api.Test;

/** Which trials go on, with curves that are known beforehand. */
class SchedulerTest {
  private static final Objective LOSS = Objective.of("devLoss");
  private static final Objective ACCURACY = Objective.of("devAccuracy");

  /** A search on curves: how many epochs every trial had, and how many there were at all. */
  private static final class Simulation {
    private final Map<Integer, Integer> epochs = new HashMap<>();
    private final double[][] curves;
    private double best = Double.POSITIVE_INFINITY;

    Simulation(double[][] curves) {
      this.curves = curves;
    }

    /** Runs two cores to the end; a part takes as long as its epochs. */
    Simulation run(Scheduler scheduler, int cores) {
      Deque<Part> running = new ArrayDeque<>();
      while (true) {
        while (running.size() < cores) {
          Part part = scheduler.next();
          if (part == null) {
            break;
          }
          assertTrue(running.stream().noneMatch(other -> other.trial() == part.trial()));
          running.add(part);
        }
        Part first = running.poll();
        if (first == null) {
          return this;
        }
        end(scheduler, first);
      }
    }

    void end(Scheduler scheduler, Part part) {
      double[] curve = curves[part.trial()];
      assertTrue(part.epochs() > epochs.getOrDefault(part.trial(), 0));
      epochs.put(part.trial(), part.epochs());
      double[] scores = Arrays.copyOf(curve, part.epochs());
      boolean over = part.epochs() == curve.length;
      best = over ? Math.min(best, scores[scores.length - 1]) : best;
      scheduler.ended(part.trial(), scores, over);
    }

    long with(int count) {
      return epochs.values().stream().filter(had -> had == count).count();
    }

    int total() {
      return epochs.values().stream().mapToInt(had -> had).sum();
    }
  }

  /** Trial i ends at losses[i]; curves come down to it. */
  private static double[][] curves(int trials, int epochs, IntToDoubleFunction loss) {
    return IntStream.range(0, trials)
        .mapToObj(
            trial ->
                IntStream.rangeClosed(1, epochs)
                    .mapToDouble(epoch -> loss.applyAsDouble(trial) + 1.0 / epoch)
                    .toArray())
        .toArray(double[][]::new);
  }

  @Test
  void aStageWithoutTrialsHasNothingToDo() {
    for (Stopping stopping :
        List.of(
            new Stopping.None(),
            new Stopping.Asha(4, 1),
            Stopping.Median.of(),
            Stopping.Asha.of())) {
      Scheduler none = Scheduler.of(stopping, LOSS, 0, 16);
      assertNull(none.next(), stopping.toString());
    }
  }

  @Test
  void withoutStoppingEveryTrialIsTrainedToTheEnd() {
    var search = new Simulation(curves(7, 5, trial -> trial));
    search.run(Scheduler.of(new Stopping.None(), LOSS, 7, 5), 3);
    assertEquals(7, search.with(5));
  }

  @Test
  void halvingGivesMoreEpochsToFewerTrials() {
    var halving = new Halving(new Stopping.Asha(4, 1), LOSS, 64, 16);
    assertEquals(List.of(1, 4, 16), halving.rungs());
    // The worst comes first, so that every new one is promoted too early.
    var late = new Simulation(curves(64, 16, trial -> 64 - trial)).run(halving, 2);
    assertEquals(64, late.epochs.size());
    assertEquals(1 + 1.0 / 16, late.best);

    // The best comes first: exactly a quarter goes on, and of those a quarter.
    var early =
        new Simulation(curves(64, 16, trial -> trial))
            .run(new Halving(new Stopping.Asha(4, 1), LOSS, 64, 16), 2);
    assertEquals(4, early.with(16));
    assertEquals(12, early.with(4));
    assertEquals(48, early.with(1));
    assertEquals(4 * 16 + 12 * 4 + 48, early.total());
    assertEquals(1.0 / 16, early.best);
  }

  @Test
  void theLastRungIsTheTrialsEnd() {
    assertEquals(List.of(2, 6, 15), new Halving(new Stopping.Asha(3, 2), LOSS, 9, 15).rungs());
    assertEquals(List.of(3), new Halving(new Stopping.Asha(3, 5), LOSS, 9, 3).rungs());
  }

  @Test
  void withFewTrialsTheBestStillGoesToTheEnd() {
    var search = new Simulation(curves(3, 16, trial -> trial));
    search.run(new Halving(new Stopping.Asha(4, 1), LOSS, 3, 16), 2);
    assertEquals(16, search.epochs.get(0));
    assertEquals(2, search.with(1));
  }

  @Test
  void whatFailsOrIsOverIsNotPromoted() {
    var halving = new Halving(new Stopping.Asha(2, 1), ACCURACY, 4, 4);
    for (int i = 0; i < 4; i++) {
      assertEquals(new Part(i, 1), halving.next());
    }
    assertNull(halving.next());
    halving.ended(0, new double[0], true); // Failed.
    halving.ended(1, new double[] {0.9}, true); // Ended early by itself.
    halving.ended(2, new double[] {0.5}, false);
    halving.ended(3, new double[] {Double.NaN}, false);
    // Of four two may go on: 1 has ended, 2 is next.
    assertEquals(new Part(2, 2), halving.next());
    assertNull(halving.next());
  }

  /** The journal's ends, replayed, leave what is to be done. */
  @Test
  void aResumedSearchLosesNoTrial() {
    for (Stopping stopping :
        new Stopping[] {
          new Stopping.None(), new Stopping.Asha(2, 1), new Stopping.Median(1, 1, 1)
        }) {
      Scheduler scheduler = Scheduler.of(stopping, LOSS, 4, 4);
      boolean none = stopping instanceof Stopping.None;
      scheduler.ended(2, none ? new double[] {1, 1, 1, 1} : new double[] {1}, none);
      var search = new Simulation(curves(4, 4, trial -> trial));
      search.epochs.put(2, none ? 4 : 1);
      search.run(scheduler, 2);
      assertEquals(4, search.epochs.size(), stopping.toString());
    }
  }

  @Test
  void theMedianRuleEndsWhatIsWorseThanMost() {
    double[] losses = {5, 1, 2, 3, 4, 9, 0};
    var search = new Simulation(curves(7, 6, trial -> losses[trial]));
    search.run(Scheduler.of(new Stopping.Median(2, 1, 3), LOSS, 7, 6), 1);
    assertEquals(6, search.epochs.get(0), "too few came before");
    assertEquals(6, search.epochs.get(1));
    assertEquals(2, search.epochs.get(5));
    assertEquals(6, search.epochs.get(6));
  }

  /** Of two others the median is in the middle between them. */
  @Test
  void theMedianOfAnEvenNumberIsTheMeanOfItsMiddles() {
    for (Objective objective : List.of(LOSS, new Objective("devLoss", Goal.MAXIMIZE))) {
      double sign = objective.maximizes() ? -1 : 1;
      var rule = new MedianRule(new Stopping.Median(1, 1, 2), objective, 4, 3);
      for (int trial = 0; trial < 4; trial++) {
        assertEquals(new Part(trial, 1), rule.next());
      }
      rule.ended(0, new double[] {sign, sign, sign}, true);
      rule.ended(1, new double[] {3 * sign, 3 * sign, 3 * sign}, true);
      rule.ended(2, new double[] {1.5 * sign}, false);
      assertEquals(new Part(2, 2), rule.next(), "1.5 is better than 2");
      rule.ended(2, new double[] {1.5 * sign, 1.5 * sign}, true);
      // Of 1, 1.5 and 3 the median is 1.5.
      rule.ended(3, new double[] {1.75 * sign}, false);
      assertNull(rule.next());
    }
  }

  /** The goal decides, even where the metric's name says otherwise. */
  @Test
  void halvingGoesTheWayOfItsGoal() {
    for (Objective objective :
        List.of(
            LOSS,
            ACCURACY,
            new Objective("devLoss", Goal.MAXIMIZE),
            new Objective("devAccuracy", Goal.MINIMIZE))) {
      var halving = new Halving(new Stopping.Asha(2, 1), objective, 4, 2);
      for (int trial = 0; trial < 4; trial++) {
        assertEquals(new Part(trial, 1), halving.next());
      }
      double[] scores = {0.5, 0.9, 0.1, 0.4};
      for (int trial = 0; trial < 4; trial++) {
        halving.ended(trial, new double[] {scores[trial]}, false);
      }
      List<Part> promoted = List.of(halving.next(), halving.next());
      assertEquals(
          objective.goal() == Goal.MAXIMIZE
              ? List.of(new Part(1, 2), new Part(0, 2))
              : List.of(new Part(2, 2), new Part(3, 2)),
          promoted,
          objective.toString());
      assertNull(halving.next());
    }
  }

  /** At the same budget of epochs, halving ends nearer to the best than random search does. */
  @Test
  void halvingFindsBetterThanPlainRandomSearchAtTheSameBudget() {
    CounterRandom random = CounterRandom.of(2);
    double halved = 0;
    double plain = 0;
    for (int repetition = 0; repetition < 200; repetition++) {
      double[][] curves =
          IntStream.range(0, 64)
              .mapToObj(
                  trial -> {
                    double loss = random.nextDouble();
                    double slow = 0.3 + random.nextDouble();
                    return IntStream.rangeClosed(1, 16)
                        .mapToDouble(
                            epoch -> loss + slow / epoch + 0.05 * random.nextGaussian() / epoch)
                        .toArray();
                  })
              .toArray(double[][]::new);
      var search = new Simulation(curves);
      search.run(new Halving(Stopping.Asha.of(), LOSS, 64, 16), 2);
      halved += search.best;
      int trials = search.total() / 16;
      var whole = new Simulation(curves);
      whole.run(Scheduler.of(new Stopping.None(), LOSS, trials, 16), 2);
      plain += whole.best;
    }
    // The best of 64 even numbers in [0, 1) is 0.015 above 0; at the end, 0.05 on average are left.
    assertTrue(halved < 0.6 * plain, halved / 200 + " is not well below " + plain / 200);
  }
}
