package org.invar.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.invar.random.CounterRandom;
import org.invar.tensor.Initializer;
import org.invar.tensor.Layout;
import org.invar.tensor.Shape;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParameterAveragerTest {
  private static final int BLOCK = ParameterAverager.BLOCK;
  private static final Clipping BOTH = new Clipping(0.5, 0.02);

  /** Entries that end inside blocks, one that spans several, decayed and not by turns. */
  private static final Layout LAYOUT =
      Layout.of(
          List.of(
              Layout.Spec.decayed("a.kernel", Shape.of(50, 70), new Initializer.He()),
              Layout.Spec.plain("a.bias", Shape.of(70), new Initializer.Constant(0.1)),
              Layout.Spec.decayed("b.kernel", Shape.of(70, 90), new Initializer.He()),
              Layout.Spec.decayed("c.kernel", Shape.of(90, 301), new Initializer.He()),
              Layout.Spec.plain("c.bias", Shape.of(301), new Initializer.Constant(0.1))));

  private static final int LENGTH = LAYOUT.length();

  static Stream<Arguments> settings() {
    List<Arguments> all = new ArrayList<>();
    for (Optimizer optimizer :
        List.of(new Sgd(), Momentum.of(), RmsProp.of(), Adam.of(), AdamW.of())) {
      for (Clipping clipping :
          List.of(
              Clipping.of(),
              new Clipping(0.5, Double.POSITIVE_INFINITY),
              new Clipping(Double.POSITIVE_INFINITY, 0.02),
              BOTH)) {
        all.add(Arguments.of(optimizer, clipping));
      }
    }
    return all.stream();
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("settings")
  @DisplayName("any slices give the same bits as the whole vector")
  void slicesAreExact(Optimizer optimizer, Clipping clipping) {
    float[] whole = train(optimizer, clipping, 0, LENGTH);
    assertArrayEquals(whole, train(optimizer, clipping, 0, BLOCK, LENGTH));
    assertArrayEquals(
        whole, train(optimizer, clipping, 0, BLOCK, BLOCK, 5 * BLOCK, LENGTH, LENGTH));
  }

  /** Returns the parameters after a few steps by averagers of the slices between the cuts. */
  private static float[] train(Optimizer optimizer, Clipping clipping, int... cuts) {
    List<ParameterAverager> averagers = new ArrayList<>();
    float[] flat = LAYOUT.initialValues(3);
    for (int i = 1; i < cuts.length; i++) {
      averagers.add(
          ParameterAverager.of(
              LAYOUT, UpdateRule.of(optimizer, 0.7, clipping), cuts[i - 1], cuts[i]));
    }
    for (int t = 1; t <= 4; t++) {
      float[] sum = gradientSum(t);
      double weight = 31 + t / 3.0;
      double[] blocks = new double[ParameterAverager.blocks(LENGTH)];
      for (ParameterAverager averager : averagers) {
        averager.blockSquaredNorms(part(flat, averager), part(sum, averager), weight, blocks);
      }
      double norm = Math.sqrt(ParameterAverager.sumBlocks(blocks));
      for (ParameterAverager averager : averagers) {
        float[] parameters = part(flat, averager);
        if (clipping.boundsNorm()) {
          averager.step(parameters, part(sum, averager), weight, 0.01, norm);
        } else {
          averager.step(parameters, part(sum, averager), weight, 0.01);
        }
        System.arraycopy(parameters, 0, flat, averager.from(), parameters.length);
      }
    }
    return flat;
  }

  private static float[] part(float[] flat, ParameterAverager averager) {
    return Arrays.copyOfRange(flat, averager.from(), averager.to());
  }

  private static float[] gradientSum(int step) {
    var random = CounterRandom.of(5, step);
    float[] sum = new float[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      sum[i] = (float) random.nextGaussian();
    }
    return sum;
  }

  @Test
  @DisplayName("mean, L2 on decayed entries, bound on values, then on the norm: by definition")
  void gradientByDefinition() {
    float[] flat = LAYOUT.initialValues(3);
    float[] sum = gradientSum(1);
    float[] updated = flat.clone();
    var averager = ParameterAverager.of(LAYOUT, UpdateRule.of(new Sgd(), 0.7, BOTH));
    double[] g = new double[LENGTH];
    double square = 0;
    for (Layout.Entry entry : LAYOUT.entries()) {
      for (int i = entry.offset(); i < entry.end(); i++) {
        double decay = entry.spec().decayed() ? 0.7 * flat[i] : 0;
        g[i] = Math.max(-0.02, Math.min(0.02, (sum[i] + decay) / 32));
        square += g[i] * g[i];
      }
    }
    double[] blocks = new double[ParameterAverager.blocks(LENGTH)];
    averager.blockSquaredNorms(flat, sum, 32, blocks);
    double norm = Math.sqrt(ParameterAverager.sumBlocks(blocks));
    assertEquals(Math.sqrt(square), norm, 1e-6 * norm);
    averager.step(updated, sum, 32, 1, norm);
    for (int i = 0; i < LENGTH; i++) {
      assertEquals(flat[i] - g[i] * 0.5 / norm, updated[i], 1e-6, "element " + i);
    }
  }

  @Test
  @DisplayName("the cost of L2 is (1/m)(λ/2) Σ W² over decayed entries")
  void l2Cost() {
    float[] flat = LAYOUT.initialValues(3);
    double expected = 0;
    for (Layout.Entry entry : LAYOUT.entries()) {
      for (int i = entry.offset(); i < entry.end() && entry.spec().decayed(); i++) {
        expected += (double) flat[i] * flat[i];
      }
    }
    var rule = UpdateRule.of(new Sgd(), 3, Clipping.of());
    assertEquals(3 * expected / 16, L2.cost(LAYOUT, flat, rule, 8), 1e-12 * expected);
    assertThrows(IllegalArgumentException.class, () -> L2.cost(LAYOUT, flat, rule, 0));
    assertThrows(IllegalArgumentException.class, () -> L2.cost(LAYOUT, new float[3], rule, 8));
  }

  @Test
  void blocksAreAddedInTheCanonicalOrder() {
    double[] blocks = {1, 1e-16, 1e-16, 1e16, -1e16};
    assertEquals(((1 + 1e-16) + (1e-16 + 1e16)) + -1e16, ParameterAverager.sumBlocks(blocks));
    assertEquals(0, ParameterAverager.sumBlocks(new double[0]));
  }

  @Test
  @DisplayName("going on from a saved state gives the same bits as never having stopped")
  void restore() {
    float[] parameters = LAYOUT.initialValues(3);
    var straight = ParameterAverager.of(LAYOUT, UpdateRule.of(Adam.of()));
    straight.step(parameters, gradientSum(1), 8, 0.1);
    straight.step(parameters, gradientSum(2), 8, 0.1);
    var resumed = ParameterAverager.of(LAYOUT, UpdateRule.of(Adam.of()));
    float[] saved = parameters.clone();
    float[][] moments = {straight.moment(0), straight.moment(1)};
    resumed.restore(moments, straight.steps());
    straight.step(parameters, gradientSum(3), 8, 0.1);
    resumed.step(saved, gradientSum(3), 8, 0.1);
    assertEquals(3, resumed.steps());
    assertArrayEquals(parameters, saved);
    assertArrayEquals(straight.moment(0), resumed.moment(0));
    assertArrayEquals(straight.moment(1), resumed.moment(1));
    assertThrows(
        IllegalArgumentException.class,
        () -> resumed.restore(new float[][] {moments[0], new float[3]}, 1));
    assertThrows(
        IllegalArgumentException.class, () -> resumed.restore(new float[][] {moments[0]}, 1));
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, -0.1})
  void learningRatesThatAreNoneAreRefused(double rate) {
    float[] flat = LAYOUT.initialValues(3);
    float[] updated = flat.clone();
    var averager = ParameterAverager.of(LAYOUT, UpdateRule.of(new Sgd()));
    float[] sum = gradientSum(1);
    assertThrows(IllegalArgumentException.class, () -> averager.step(updated, sum, 1, rate));
    assertThrows(IllegalArgumentException.class, () -> averager.step(updated, sum, 0, 0.1));
    assertEquals(0, averager.steps());
    assertArrayEquals(flat, updated);
  }

  @Test
  void aStepWithoutTheNormIsRefusedWhereTheNormIsBounded() {
    float[] flat = LAYOUT.initialValues(3);
    var averager = ParameterAverager.of(LAYOUT, UpdateRule.of(new Sgd(), 0, BOTH));
    assertThrows(IllegalStateException.class, () -> averager.step(flat, gradientSum(1), 1, 0.1));
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("settings")
  @DisplayName("blocks in any order give the same bits as the whole slice in one call")
  void blocksAreExact(Optimizer optimizer, Clipping clipping) {
    int from = BLOCK;
    float[] whole = Arrays.copyOfRange(LAYOUT.initialValues(3), from, LENGTH);
    float[] parts = whole.clone();
    float[] sum = Arrays.copyOfRange(gradientSum(1), from, LENGTH);
    var one = ParameterAverager.of(LAYOUT, UpdateRule.of(optimizer, 0.7, clipping), from, LENGTH);
    var other = ParameterAverager.of(LAYOUT, UpdateRule.of(optimizer, 0.7, clipping), from, LENGTH);
    double[] norms = new double[ParameterAverager.blocks(LENGTH)];
    one.blockSquaredNorms(whole, sum, 32, norms);
    for (int t = 0; t < 2; t++) {
      one.step(whole, sum, 32, 0.01, 0.7);
      other.advance();
      var step = other.byBlock(32, 0.01, 0.7);
      for (int at = (sum.length - 1) / BLOCK * BLOCK; at >= 0; at -= BLOCK) {
        int end = Math.min(at + BLOCK, sum.length);
        float[] values = Arrays.copyOfRange(parts, at, at + BLOCK);
        float[] sums = Arrays.copyOfRange(sum, at, at + BLOCK);
        if (t == 0) {
          assertEquals(norms[(from + at) / BLOCK], other.blockSquaredNorm(at, values, sums, 32));
        }
        step.apply(at, values, sums);
        System.arraycopy(values, 0, parts, at, end - at);
      }
    }
    assertArrayEquals(whole, parts);
    for (int i = 0; i < one.moments(); i++) {
      assertArrayEquals(one.moment(i), other.moment(i));
    }
    var step = other.byBlock(32, 0.01, 0);
    assertThrows(IllegalArgumentException.class, () -> step.apply(1, sum, sum));
    assertThrows(IllegalArgumentException.class, () -> step.apply(-BLOCK, sum, sum));
    assertThrows(IllegalArgumentException.class, () -> step.apply(LENGTH, sum, sum));
  }

  @Test
  @DisplayName("ranges of moments that go over blocks are read as they were written")
  void ranges() {
    var averager = ParameterAverager.of(LAYOUT, UpdateRule.of(Adam.of()), BLOCK, LENGTH);
    float[] values = gradientSum(1);
    averager.writeMoment(1, 100, values, 7, 2 * BLOCK);
    float[] expected = new float[LENGTH - BLOCK];
    System.arraycopy(values, 7, expected, 100, 2 * BLOCK);
    assertArrayEquals(expected, averager.moment(1));
    assertArrayEquals(new float[LENGTH - BLOCK], averager.moment(0));
    float[] found = new float[BLOCK + 5];
    averager.readMoment(1, BLOCK - 3, found, 5, BLOCK);
    assertArrayEquals(
        Arrays.copyOfRange(expected, BLOCK - 3, 2 * BLOCK - 3),
        Arrays.copyOfRange(found, 5, found.length));
  }

  @Test
  void slicesThatCutABlockAreRefused() {
    for (int[] slice : new int[][] {{1, LENGTH}, {0, 5000}, {BLOCK, 0}, {0, LENGTH + 1}}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> ParameterAverager.of(LAYOUT, UpdateRule.of(new Sgd()), slice[0], slice[1]));
    }
  }
}
