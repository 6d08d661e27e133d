package org.invar.search.space;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Stream;
import org.invar.random.CounterRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Values of distributions, and their places on the scale that they are drawn from. */
class DistributionTest {
  static Stream<Arguments> cases() {
    return Stream.of(
        Arguments.of(new Distribution.Uniform(new Range(-2, 6)), "-2.0", "2.0", "6.0"),
        Arguments.of(new Distribution.LogUniform(new Range(1e-4, 1e-2)), "1.0E-4", "0.001", "0.01"),
        Arguments.of(
            new Distribution.OneMinusLogUniform(new Range(0.9, 0.999)), "0.9", "0.99", "0.999"),
        Arguments.of(new Distribution.IntUniform(new IntRange(1, 3)), "1", "2", "3"),
        Arguments.of(new Distribution.IntLogUniform(new IntRange(1, 64)), "1", "6", "64"),
        Arguments.of(Distribution.Repeat.of(new IntRange(0, 2)), "0", "1", "2"),
        Arguments.of(
            new Distribution.Choice(
                List.of(TextNode.valueOf("adam"), IntNode.valueOf(7), TextNode.valueOf("sgd"))),
            "adam",
            "7",
            "sgd"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theScaleGoesFromTheFirstValueToTheLast(
      Distribution distribution, String first, String middle, String last) {
    assertEquals(first, distribution.at(0).asText());
    assertEquals(middle, distribution.at(0.5).asText());
    assertEquals(last, distribution.at(Math.nextDown(1.0)).asText());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aValueIsAtItsPlace(Distribution distribution) {
    CounterRandom random = CounterRandom.of(3);
    for (int i = 0; i < 200; i++) {
      JsonNode value = distribution.at(random.nextDouble());
      double place = distribution.place(value);
      assertTrue(place >= 0 && place <= 1, () -> value + " at " + place);
      JsonNode again = distribution.at(Math.min(place, Math.nextDown(1.0)));
      assertEquals(value.asDouble(), again.asDouble(), 2e-3 * Math.abs(value.asDouble()));
    }
  }

  /** A thousandth, a hundredth and a tenth are as likely as each other. */
  @Test
  void aLogarithmIsUniform() {
    var rates = new Distribution.LogUniform(new Range(1e-4, 1e-1));
    CounterRandom random = CounterRandom.of(5);
    int[] decades = new int[3];
    for (int i = 0; i < 9000; i++) {
      double rate = rates.at(random.nextDouble()).doubleValue();
      decades[(int) Math.min(2, Math.floor(Math.log10(rate) + 4 + 1e-9))]++;
    }
    for (int count : decades) {
      assertEquals(3000, count, 200);
    }
  }

  @Test
  void numbersAreShort() {
    CounterRandom random = CounterRandom.of(7);
    var rates = new Distribution.LogUniform(new Range(1e-4, 1e-1));
    var betas = new Distribution.OneMinusLogUniform(new Range(0.9, 0.9999));
    for (int i = 0; i < 200; i++) {
      double rate = rates.at(random.nextDouble()).doubleValue();
      assertTrue(BigDecimal.valueOf(rate).stripTrailingZeros().precision() <= 4, "" + rate);
      double beta = betas.at(random.nextDouble()).doubleValue();
      assertTrue(BigDecimal.valueOf(beta).scale() <= 8, "" + beta);
    }
  }

  @Test
  void rangesWithoutValuesAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Range(1, 1));
    assertThrows(IllegalArgumentException.class, () -> new Range(0, Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> new IntRange(2, 1));
    assertThrows(
        IllegalArgumentException.class, () -> new Distribution.LogUniform(new Range(0, 1)));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Distribution.OneMinusLogUniform(new Range(0.5, 1)));
    assertThrows(IllegalArgumentException.class, () -> new Distribution.Choice(List.of()));
  }
}
