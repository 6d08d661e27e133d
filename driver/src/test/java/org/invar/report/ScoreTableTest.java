package org.invar.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ScoreTableTest {
  @Test
  void splitsAndScoresHaveAnOrderAndMissingOnesADash() {
    Map<String, Double> scores =
        Map.of(
            "testAccuracy", 0.9,
            "trainLoss", 0.25,
            "trainAccuracy", 0.95,
            "trainF1", 0.94,
            "testLoss", 0.5,
            "trainZeal", 3.0,
            "testF1", Double.NaN);
    assertEquals(
        """
        split    loss  accuracy      f1    zeal
        train  0.2500    0.9500  0.9400  3.0000
        test   0.5000    0.9000     n/a       -
        """,
        new ScoreTable(scores).render());
  }

  @Test
  void noScoresGiveNoTable() {
    assertEquals("", new ScoreTable(Map.of()).render());
  }
}
