package org.invar.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import java.util.Optional;
import org.invar.report.Diagnosis.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiagnosisTest {
  @ParameterizedTest
  @CsvSource({
    "1, 11, 0, VARIANCE",
    "15, 16, 0, BIAS",
    "15, 30, 0, BOTH",
    "0.5, 1, 0, NEITHER",
    "15, 16, 14.5, NEITHER",
    "15, 20, 14, VARIANCE",
    "10, 14, 0, BIAS",
    "10, 15, 0, BOTH",
    "1, 2, 0, NEITHER",
    "2, 1, 3, NEITHER",
    "2, 9, 5, VARIANCE",
    "9, 2, 0, BIAS"
  })
  void verdicts(double train, double dev, double optimal, Verdict expected) {
    assertEquals(expected, percent(train, dev, optimal).verdict());
  }

  @Test
  void namesTheLargerAndWhatToTry() {
    assertEquals(
        "Avoidable bias is 1.0 points (train error 1.0 %, optimal 0.0 %) and variance 10.0 points"
            + " (dev error 11.0 %): variance is what to reduce. Try more or augmented training"
            + " data, L2 or dropout, early stopping, or a smaller network.",
        percent(1, 11, 0).render());
  }

  @Test
  void comesFromAccuraciesOfTrainAndDev() {
    assertEquals(
        Optional.of(new Diagnosis(0.25, 0.5, 0.125)),
        Diagnosis.of(Map.of("trainAccuracy", 0.75, "devAccuracy", 0.5, "trainLoss", 1.0), 0.125));
  }

  @Test
  void aRegressionOrAMissingSplitHasNone() {
    assertEquals(Optional.empty(), Diagnosis.of(Map.of("trainRmse", 1.0, "devRmse", 2.0), 0));
    assertEquals(Optional.empty(), Diagnosis.of(Map.of("trainAccuracy", 0.9), 0));
    assertEquals(
        Optional.empty(), Diagnosis.of(Map.of("trainAccuracy", 0.9, "devAccuracy", Double.NaN), 0));
  }

  @Test
  void whatIsNotAFractionIsRefused() {
    var e = assertThrows(IllegalArgumentException.class, () -> new Diagnosis(0.1, 11, 0));
    assertEquals("devError=11.0 is not in [0, 1]", e.getMessage());
  }

  private static Diagnosis percent(double train, double dev, double optimal) {
    return new Diagnosis(train / 100, dev / 100, optimal / 100);
  }
}
