package org.invar.optim.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class ScheduleTest {
  /** The rate after that many steps with 4 steps an epoch. */
  private static double rate(Schedule schedule, long step) {
    return schedule.rate(new Progress(step, 4, 0));
  }

  private static void assertRate(double expected, Schedule schedule, long step) {
    assertEquals(expected, rate(schedule, step), 1e-12);
  }

  @Test
  @DisplayName("per step, a schedule is its formula at fractions of epochs")
  void perStep() {
    assertRate(0.8 / (1 + 0.5 * 2.5), new InverseTime(0.8, 0.5, Pace.STEP), 10);
    assertRate(0.8 * Math.pow(0.9, 2.5), new Exponential(0.8, 0.9, Pace.STEP), 10);
    assertRate(0.8 * 2 / Math.sqrt(3.5), new InverseSquareRoot(0.8, 2, Pace.STEP), 10);
    assertRate(0.8 * 0.5 * 0.5, new Step(0.8, 1.25, 0.5, Pace.STEP), 10);
    assertRate(0.4, new Cosine(0.8, 5, 0, Pace.STEP), 10);
    assertRate(0.2 + 0.6 * 0.25, new Polynomial(0.8, 5, 2, 0.2, Pace.STEP), 10);
    var piecewise = new Piecewise(List.of(0.5, 1.0), List.of(3.0, 2.0, 1.0), Pace.STEP);
    assertEquals(
        List.of(3.0, 3.0, 2.0, 2.0, 1.0),
        List.of(
            rate(piecewise, 0),
            rate(piecewise, 1),
            rate(piecewise, 2),
            rate(piecewise, 3),
            rate(piecewise, 4)));
  }

  @Test
  void polynomialFallsToItsFloorAndStays() {
    var schedule = new Polynomial(1, 4, 2, 0.1, Pace.EPOCH);
    assertRate(1, schedule, 3);
    assertRate(0.1 + 0.9 * 0.25, schedule, 8);
    assertRate(0.1, schedule, 16);
    assertRate(0.1, schedule, 4000);
    assertRate(0.5, Polynomial.of(1, 2), 4);
  }

  @Test
  void cosineStaysAtItsFloor() {
    var schedule = new Cosine(1, 4, 0.25, Pace.EPOCH);
    assertRate(0.25 + 0.75 / 2, schedule, 8);
    assertRate(0.25, schedule, 17);
  }

  @Test
  @DisplayName("warm-up per step rises evenly; what follows starts from its own epoch 0")
  void warmup() {
    var schedule = new Warmup(2, new Exponential(0.8, 0.5, Pace.STEP), Pace.STEP);
    assertRate(0.1, schedule, 0);
    assertRate(0.2, schedule, 1);
    assertRate(0.8, schedule, 7);
    assertRate(0.8, schedule, 8);
    assertRate(0.8 * Math.sqrt(0.5), schedule, 10);
    assertRate(0.4, schedule, 12);
    var perEpoch = Warmup.of(2, Exponential.of(0.8, 0.5));
    assertRate(0.4, perEpoch, 3);
    assertRate(0.8, perEpoch, 4);
    assertRate(0.8, perEpoch, 11);
    assertRate(0.4, perEpoch, 12);
  }

  @Test
  void reductionsLowerTheRateToItsMinimum() {
    var schedule = new ReduceOnPlateau(1, 0.5, 2, 0, 0, "devLoss", 0.2);
    assertEquals(1, schedule.rate(new Progress(100, 4, 0)));
    assertEquals(0.25, schedule.rate(new Progress(100, 4, 2)));
    assertEquals(0.2, schedule.rate(new Progress(100, 4, 3)));
    var warm = Warmup.of(1, schedule);
    assertEquals(0.25, warm.rate(new Progress(100, 4, 2)));
    assertEquals(Optional.of(schedule), warm.plateau());
    assertFalse(new Constant(1).plateau().isPresent());
  }

  @Test
  void wrongSettingsAreRefused() {
    refused("rate=0.0 is not a positive finite number", () -> new Constant(0));
    refused("initialRate=NaN is not a positive finite number", () -> Cosine.of(Double.NaN, 3));
    refused("decayRate=-1.0 is not a finite number of 0 or more", () -> InverseTime.of(1, -1));
    refused("base=1.5 is not in (0, 1]", () -> Exponential.of(1, 1.5));
    refused("totalEpochs=0 is not at least 1", () -> Polynomial.of(1, 0));
    refused("floor=2.0 is not in [0, initialRate=1.0]", () -> new Cosine(1, 3, 2, Pace.EPOCH));
    refused("epochs=0 is not at least 1", () -> Warmup.of(0, new Constant(1)));
    refused(
        "rates=[1.0] are not one more than boundaries=[3.0]",
        () -> Piecewise.of(List.of(3.0), List.of(1.0)));
    refused(
        "boundaries=[3.0, 3.0] are not positive and rising",
        () -> Piecewise.of(List.of(3.0, 3.0), List.of(1.0, 1.0, 1.0)));
    refused("factor=1.0 is not in (0, 1)", () -> new ReduceOnPlateau(1, 1, 2, 0, 0, "m", 0));
    refused("stepsPerEpoch=0 is not at least 1", () -> new Progress(0, 0, 0));
  }

  private static void refused(String message, Executable made) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, made).getMessage());
  }
}
