package org.invar.source;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Means that no order of rows and no cut into partitions changes. */
class ExactSumTest {
  @Test
  void aColumnsMeanIsThatOfItsRowsInAnyOrderAndPartition() {
    List<Double> values = new ArrayList<>(List.of(1e16, 1.0, 1.0, -1e16, 2.0, 3.0));
    var random = new Random(1);
    for (int order = 0; order < 20; order++) {
      Collections.shuffle(values, random);
      ColumnProfile all = new ColumnProfile(0);
      ColumnProfile part = new ColumnProfile(0);
      int cut = random.nextInt(values.size());
      for (int i = 0; i < values.size(); i++) {
        (i < cut ? all : part).add(values.get(i), () -> new ColumnProfile.Place("", 0, 0, ""));
      }
      all.add(part);
      assertEquals("-10000000000000000 to 10000000000000000, mean 1.16667", all.range());
    }
  }

  @Test
  void theSumIsExact() {
    var random = new Random(2);
    for (int trial = 0; trial < 200; trial++) {
      List<Double> values = new ArrayList<>();
      int spread = trial % 2 == 0 ? 2100 : 60;
      for (int i = random.nextInt(40); i >= 0; i--) {
        values.add(
            Math.scalb(
                random.nextDouble() - 0.5, random.nextInt(spread) - (spread == 60 ? 30 : 1077)));
      }
      values.add(Double.MIN_VALUE);
      values.add(trial % 3 == 0 ? Double.MAX_VALUE : -0.0);
      BigDecimal exact = BigDecimal.ZERO;
      ExactSum sum = new ExactSum();
      ExactSum other = new ExactSum();
      for (double value : values) {
        exact = exact.add(new BigDecimal(value));
        (random.nextBoolean() ? sum : other).add(value);
      }
      sum.add(other);
      double mean =
          exact.divide(BigDecimal.valueOf(values.size()), MathContext.DECIMAL128).doubleValue();
      assertEquals(mean, sum.mean(values.size()), values.toString());
    }
    assertEquals(0, new ExactSum().mean(1));
  }

  @Test
  void aMeanHasASumThatFloat64HasNot() {
    ExactSum sum = new ExactSum();
    sum.add(Double.MAX_VALUE);
    sum.add(Double.MAX_VALUE);
    assertEquals(Double.MAX_VALUE, sum.mean(2));
  }
}
