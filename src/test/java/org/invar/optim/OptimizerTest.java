package org.invar.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.invar.random.CounterRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class OptimizerTest {
  /** A function to minimize, with its gradient, start and the value that is good enough. */
  private enum Problem {
    BOWL(1e-3) {
      @Override
      float[] start() {
        return new float[] {3, -2, 1};
      }

      @Override
      double value(float[] x) {
        return 0.5 * (x[0] * x[0] + 4.0 * x[1] * x[1] + 0.25 * x[2] * x[2]);
      }

      @Override
      float[] gradient(float[] x) {
        return new float[] {x[0], 4 * x[1], 0.25f * x[2]};
      }
    },
    ROSENBROCK(1e-2) {
      @Override
      float[] start() {
        return new float[] {-0.5f, 1};
      }

      @Override
      double value(float[] x) {
        double valley = x[1] - (double) x[0] * x[0];
        return (1 - x[0]) * (1 - x[0]) + 100 * valley * valley;
      }

      @Override
      float[] gradient(float[] x) {
        double valley = x[1] - (double) x[0] * x[0];
        return new float[] {
          (float) (-2 * (1 - x[0]) - 400 * x[0] * valley), (float) (200 * valley)
        };
      }
    };

    private final double target;

    Problem(double target) {
      this.target = target;
    }

    abstract float[] start();

    abstract double value(float[] x);

    abstract float[] gradient(float[] x);
  }

  /** An optimizer with the rates that suit it. */
  private record Row(Optimizer optimizer, double bowlRate, double rosenbrockRate) {}

  private static final List<Row> TABLE =
      List.of(
          new Row(new Sgd(), 0.1, 1e-3),
          new Row(Momentum.of(), 0.1, 1e-3),
          new Row(new Momentum(0.9, true), 0.1, 1e-3),
          new Row(RmsProp.of(), 0.01, 1e-3),
          new Row(Adam.of(), 0.1, 0.02),
          new Row(new AdamW(0.9, 0.999, 1e-8, 1e-4), 0.1, 0.02));

  static Stream<Arguments> cases() {
    List<Arguments> cases = new ArrayList<>();
    for (Row row : TABLE) {
      for (Problem problem : Problem.values()) {
        double rate = problem == Problem.BOWL ? row.bowlRate() : row.rosenbrockRate();
        cases.add(Arguments.of(row.optimizer(), problem, rate));
      }
    }
    return cases.stream();
  }

  @ParameterizedTest(name = "{0} on {1}")
  @MethodSource("cases")
  void reachesTheTarget(Optimizer optimizer, Problem problem, double rate) {
    float[] x = problem.start();
    float[][] moments = new float[optimizer.moments()][x.length];
    int t = 0;
    while (problem.value(x) > problem.target && t < 20_000) {
      t++;
      optimizer.at(t, rate).apply(x, problem.gradient(x), moments, 0, x.length, true);
    }
    assertTrue(problem.value(x) <= problem.target, "value " + problem.value(x) + " at step " + t);
  }

  static Stream<Optimizer> optimizers() {
    return TABLE.stream().map(Row::optimizer);
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  @DisplayName("a range that is cut anywhere gives the same bits, and nothing outside is touched")
  void rangesAreIndependent(Optimizer optimizer) {
    int n = 1000;
    int cut = 333;
    float[] whole = normals(n, 1);
    float[] cutUp = whole.clone();
    float[] outside = whole.clone();
    float[][] wholeMoments = new float[optimizer.moments()][n];
    float[][] cutMoments = new float[optimizer.moments()][n];
    for (int t = 1; t <= 20; t++) {
      float[] gradient = normals(n, t + 1);
      optimizer.at(t, 0.1).apply(whole, gradient, wholeMoments, 0, n, true);
      optimizer.at(t, 0.1).apply(cutUp, gradient, cutMoments, cut, n, true);
      assertArrayEquals(Arrays.copyOf(outside, cut), Arrays.copyOf(cutUp, cut));
      optimizer.at(t, 0.1).apply(cutUp, gradient, cutMoments, 0, cut, true);
      outside = cutUp.clone();
      assertArrayEquals(normals(n, t + 1), gradient);
    }
    assertArrayEquals(whole, cutUp);
    assertArrayEquals(wholeMoments, cutMoments);
  }

  private static float[] normals(int n, long seed) {
    var random = CounterRandom.of(seed);
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void aGradientOfZeroMovesNothingThatIsNotDecayed(Optimizer optimizer) {
    float[] x = {1, -2};
    float[][] moments = new float[optimizer.moments()][2];
    optimizer.at(1, 0.1).apply(x, new float[2], moments, 0, 2, false);
    assertArrayEquals(new float[] {1, -2}, x);
  }

  @Test
  @DisplayName("Nesterov's first two steps, by hand")
  void nesterov() {
    float[] x = {0};
    float[][] v = new float[1][1];
    var optimizer = new Momentum(0.5, true);
    optimizer.at(1, 1).apply(x, new float[] {1}, v, 0, 1, false);
    // v = 0.5, x = −(0.5 · 0.5 + 0.5 · 1)
    assertEquals(-0.75f, x[0]);
    optimizer.at(2, 1).apply(x, new float[] {2}, v, 0, 1, false);
    // v = 1.25, x = −0.75 − (0.5 · 1.25 + 0.5 · 2)
    assertEquals(-2.375f, x[0]);
    assertEquals(1.25f, v[0][0]);
  }

  @Test
  @DisplayName("AdamW decays only what is decayed, and Adam nothing")
  void decay() {
    var optimizer = new AdamW(0.9, 0.999, 1e-8, 0.5);
    float[] x = {8};
    optimizer.at(1, 0.25).apply(x, new float[1], new float[2][1], 0, 1, true);
    assertEquals(7, x[0]);
    optimizer.at(2, 0.25).apply(x, new float[1], new float[2][1], 0, 1, false);
    assertEquals(7, x[0]);
  }

  @Test
  void hyperparametersOutsideTheirRangesAreRefused() {
    refused("beta=1.0 is not in [0, 1)", () -> new Momentum(1, false));
    refused("beta2=-0.1 is not in [0, 1)", () -> new RmsProp(-0.1, 1e-8));
    refused("epsilon=0.0 is not a positive float32 number", () -> new RmsProp(0.9, 0));
    refused("beta1=NaN is not in [0, 1)", () -> new Adam(Double.NaN, 0.999, 1e-8));
    refused("epsilon=1.0E-50 is not a positive float32 number", () -> new Adam(0.9, 0.99, 1e-50));
    refused("beta2=2.0 is not in [0, 1)", () -> new AdamW(0.9, 2, 1e-8, 0));
    refused(
        "weightDecay=-1.0 is not a finite number of 0 or more",
        () -> new AdamW(0.9, 0.999, 1e-8, -1));
    refused("norm=0.0 is not positive", () -> new Clipping(0, 1));
    refused("value=NaN is not positive", () -> new Clipping(1, Double.NaN));
  }

  private static void refused(String message, Executable made) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, made).getMessage());
  }
}
