package org.invar.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.invar.random.CounterRandom;
import org.invar.search.schedule.Objective;
import org.junit.jupiter.api.Test;

/** ε² of known dependences. */
class ImportanceTest {
  private static final Objective LOSS = Objective.of("devLoss");

  private static double of(DoubleUnaryOperator score, double noise) {
    CounterRandom random = CounterRandom.of(11);
    List<Importance.Point> points = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      double place = random.nextDouble();
      double value = score.applyAsDouble(place) + noise * random.nextGaussian();
      points.add(new Importance.Point(place, -1, value));
    }
    return Importance.of(points, LOSS.order());
  }

  @Test
  void isNearOneWhereTheSettingDecidesAndNearNoneWhereItDoesNot() {
    assertTrue(of(place -> place, 0) > 0.85);
    assertTrue(of(place -> (place - 0.5) * (place - 0.5), 0) > 0.5, "not only lines");
    assertTrue(of(place -> 0, 1) < 0.1);
    assertTrue(of(place -> place, 0.2) > of(place -> place, 1));
  }

  /** H of groups {1,2,3,4} and {5,6,7,8} is 16/3: ε² = (16/3 − 1)/6. */
  @Test
  void hasTheValueOfTheFormula() {
    List<Importance.Point> points = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      points.add(new Importance.Point(0, i / 4, 0.1 * i));
    }
    assertEquals((16.0 / 3 - 1) / 6, Importance.of(points, LOSS.order()), 1e-12);
  }

  @Test
  void saysNothingOfAFew() {
    List<Importance.Point> points = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      points.add(new Importance.Point(i, -1, i));
    }
    assertNull(Importance.of(points, LOSS.order()));
    points.add(new Importance.Point(3, -1, Double.NaN));
    assertTrue(Importance.of(points, LOSS.order()) >= 0);
  }
}
