package org.invar.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.invar.random.CounterRandom;
import org.invar.tensor.Initializer;
import org.invar.tensor.Layout;
import org.invar.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Parameters that are frozen, or have a rate of their own. */
class ParameterGroupsTest {
  private static final double LAMBDA = 0.7;
  private static final Clipping CLIPPING = new Clipping(0.5, 0.02);

  private static final List<Layout.Spec> TRUNK =
      List.of(
          Layout.Spec.decayed("a.kernel", Shape.of(50, 70), new Initializer.He()),
          Layout.Spec.plain("a.bias", Shape.of(70), new Initializer.Constant(0.1)),
          Layout.Spec.decayed("b.kernel", Shape.of(70, 90), new Initializer.He()));

  private static final Layout LAYOUT =
      Layout.of(
          Stream.concat(
                  TRUNK.stream(),
                  Stream.of(
                      Layout.Spec.decayed("c.kernel", Shape.of(90, 30), new Initializer.He()),
                      Layout.Spec.plain("c.bias", Shape.of(30), new Initializer.Constant(0.1))))
              .toList());

  private static final int TRUNK_LENGTH = Layout.of(TRUNK).length();

  static Stream<Optimizer> optimizers() {
    return Stream.of(new Sgd(), Momentum.of(), RmsProp.of(), Adam.of(), AdamW.of());
  }

  private static UpdateRule rule(Optimizer optimizer, Group... groups) {
    return new UpdateRule(optimizer, LAMBDA, CLIPPING, List.of(groups));
  }

  private static Group frozen(String match) {
    return new Group(match, true, 1);
  }

  /** Takes four steps on a vector that begins as the whole one does; returns its values. */
  private static float[] train(ParameterAverager averager, double rate) {
    float[] flat = Arrays.copyOf(LAYOUT.initialValues(3), averager.to());
    for (int t = 1; t <= 4; t++) {
      var random = CounterRandom.of(5, t);
      float[] sum = new float[flat.length];
      for (int i = 0; i < sum.length; i++) {
        sum[i] = (float) random.nextGaussian();
      }
      double[] blocks = new double[ParameterAverager.blocks(flat.length)];
      averager.blockSquaredNorms(flat, sum, 32, blocks);
      double norm = Math.sqrt(ParameterAverager.sumBlocks(blocks));
      averager.step(flat, sum, 32, rate, norm);
    }
    return flat;
  }

  private static float[] train(UpdateRule rule, double rate) {
    return train(ParameterAverager.of(LAYOUT, rule), rate);
  }

  /** To the last bit: no update, no decay, no part in the norm that bounds the others. */
  @ParameterizedTest
  @MethodSource("optimizers")
  void theOthersAreTrainedAsIfWhatIsFrozenWereNotThere(Optimizer optimizer) {
    var averager = ParameterAverager.of(LAYOUT, rule(optimizer, frozen("c.*")));
    float[] found = train(averager, 0.01);
    var alone = ParameterAverager.of(Layout.of(TRUNK), rule(optimizer));
    float[] expected = LAYOUT.initialValues(3);
    System.arraycopy(train(alone, 0.01), 0, expected, 0, TRUNK_LENGTH);
    assertArrayEquals(expected, found);
    for (int i = 0; i < averager.moments(); i++) {
      assertArrayEquals(
          Arrays.copyOf(alone.moment(i), LAYOUT.length()), averager.moment(i), "moment " + i);
    }
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void aGroupOfRateOneChangesNoBit(Optimizer optimizer) {
    assertArrayEquals(
        train(rule(optimizer), 0.01),
        train(rule(optimizer, Group.of("b.*"), Group.of("?.bias"), frozen("none")), 0.01));
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void aGroupsRateMultipliesTheSchedules(Optimizer optimizer) {
    // Bounds and decay of a gradient depend on values and thereby on rates: none of them here.
    float[] slow = train(UpdateRule.of(optimizer), 0.01);
    float[] fast = train(UpdateRule.of(optimizer), 0.01 * 10);
    var groups = new UpdateRule(optimizer, 0, Clipping.of(), List.of(new Group("b.*", false, 10)));
    float[] found = train(groups, 0.01);
    Layout.Entry b = LAYOUT.entries().get(2);
    float[] expected = slow.clone();
    System.arraycopy(fast, b.offset(), expected, b.offset(), b.end() - b.offset());
    assertArrayEquals(expected, found);
    assertFalse(Arrays.equals(slow, found));
  }

  @Test
  void theLastGroupThatFitsDecides() {
    UpdateRule rule =
        rule(new Sgd(), frozen("*"), Group.of("c.*"), new Group("c.bias", false, 0.5));
    assertEquals(3, rule.frozen(LAYOUT).size());
    assertEquals(List.of("c.kernel"), names(rule.entries(LAYOUT, 1)));
    assertEquals(List.of("c.bias"), names(rule.entries(LAYOUT, 2)));
    assertEquals(List.of(), names(rule.entries(LAYOUT, UpdateRule.NO_GROUP)));
  }

  private static List<String> names(List<Layout.Entry> entries) {
    return entries.stream().map(Layout.Entry::name).toList();
  }

  @Test
  void whatIsFrozenCostsNothing() {
    float[] flat = LAYOUT.initialValues(3);
    float[] trunk = Arrays.copyOf(flat, TRUNK_LENGTH);
    double expected = L2.cost(Layout.of(TRUNK), trunk, rule(new Sgd()), 8);
    assertTrue(expected < L2.cost(LAYOUT, flat, rule(new Sgd()), 8));
    assertEquals(expected, L2.cost(LAYOUT, flat, rule(new Sgd(), frozen("c.*")), 8));
  }

  @ParameterizedTest
  @CsvSource({
    "encoder.*, encoder.dense1.kernel, true",
    "encoder.*, encoder, false",
    "encoder.*, my.encoder.kernel, false",
    "*.bias, residual1.body.conv2d1.bias, true",
    "*, dense1.kernel, true",
    "dense?.kernel, dense12.kernel, false",
    "dense?.kernel, dense1.kernel, true",
    "dense1.kernel, dense1xkernel, false",
    "dense[1].kernel, dense1.kernel, false",
    "\\Q*\\E, dense1, false",
    "a*b*c, a.b.b.c, true"
  })
  void patternsFitWholeNames(String match, String name, boolean fits) {
    assertEquals(fits, Group.of(match).fits(name));
  }

  @ParameterizedTest
  @CsvSource({
    "false, 0, rate=0.0 is not a positive finite number",
    "false, -1, rate=-1.0 is not a positive finite number",
    "false, NaN, rate=NaN is not a positive finite number",
    "false, 1e-60, rate=1.0E-60 is not a positive number from 1.2e-38 to 3.4e38",
    "true, 2, rate=2.0 is not absent where frozen is true"
  })
  void ratesThatAreNoneAreRefused(boolean frozen, double rate, String message) {
    var e = assertThrows(IllegalArgumentException.class, () -> new Group("*", frozen, rate));
    assertTrue(e.getMessage().startsWith(message), e.getMessage());
  }
}
