package org.invar.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OrderFreeSumsTest {
  private static double total(List<Double> values, double bound, int parts) {
    var all = new OrderFreeSums(new double[] {bound}, values.size());
    int at = 0;
    for (int part = 1; part <= parts; part++) {
      var sums = new OrderFreeSums(new double[] {bound}, values.size());
      for (; at < values.size() * part / parts; at++) {
        sums.add(0, values.get(at));
      }
      all.merge(sums.parts());
    }
    return all.totals()[0];
  }

  /** Numbers of all sizes, most of which cancel. */
  private static List<Double> values(double scale) {
    var random = new Random(5);
    List<Double> values = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      double value = random.nextGaussian() * Math.pow(10, random.nextInt(9)) * scale;
      values.add(value);
      values.add(-value * (1 - 1e-9 * random.nextInt(3)));
    }
    return values;
  }

  @Test
  void noOrderAndNoPartitionReachesTheLastBit() {
    for (double scale : new double[] {1, 1e-300, 1e200, Double.MIN_VALUE * 1e6}) {
      List<Double> values = values(scale);
      double bound = values.stream().mapToDouble(Math::abs).max().orElseThrow();
      double exact =
          values.stream()
              .map(BigDecimal::new)
              .reduce(BigDecimal.ZERO, BigDecimal::add)
              .doubleValue();
      double plain = values.stream().reduce(0.0, (a, b) -> a + b);
      if (scale == 1) {
        assertNotEquals(plain, exact, "the values do not tell");
      }
      for (int parts = 1; parts <= 7; parts += 3) {
        assertEquals(exact, total(values, bound, parts));
        Collections.shuffle(values, new Random(parts));
      }
    }
  }

  @Test
  void columnsAreApartAndNothingIsZero() {
    var sums = new OrderFreeSums(new double[] {1e300 / 0x1p40, 0, 3}, 2);
    sums.add(2, 3);
    sums.add(2, -0.1);
    sums.add(0, 1e285);
    assertArrayEquals(new double[] {1e285, 0, 2.9}, sums.totals());
  }
}
