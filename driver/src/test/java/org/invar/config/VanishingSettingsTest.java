package org.invar.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.invar.InvarException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings that float32 would turn into 0 or infinity are refused at their line. */
class VanishingSettingsTest {
  private static String job(String train, String data) {
    return """
    name: vanishing
    data: {train: {format: csv, path: x.csv}, label: y, %s}
    model: {layers: [dense: 2]}
    loss: softmaxCrossEntropy
    train: {%s}
    """
        .formatted(data, train);
  }

  private static String refusal(String train, String data) {
    return assertThrows(InvarException.class, () -> Job.parse(job(train, data), "job.yaml"))
        .getMessage();
  }

  @Test
  void theRateOfTheCase() {
    assertEquals(
        "job.yaml:5: train.schedule.constant: expected a positive number from 1.2e-38 to 3.4e38,"
            + " as float32 has it, found 1.0E-50.",
        refusal("epochs: 2, optimizer: adam, schedule: {constant: 1.0e-50}", "scale: 1"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sgd | {constant: 1.0e+50} | train.schedule.constant: expected a positive number from",
        "sgd | {exponential: {initialRate: 1.0e-39, base: 1}} | initialRate: expected a positive",
        "{adam: {epsilon: 1.0e-50}} | {constant: 0.1} | epsilon: expected a positive float32",
        "{adam: {beta2: 0.9999999999}} | {constant: 0.1} | once float32 has rounded it",
        "{momentum: {beta: 1.0e-60}} | {constant: 0.1} | once float32 has rounded it",
        "{adamW: {weightDecay: 1.0e-60}} | {constant: 0.1} | weightDecay: expected a value that is 0,",
        "sgd | {exponential: {initialRate: 1, base: 0.1}} | E-59 in epoch 60. Take another rate",
        "sgd | {exponential: {initialRate: 1, base: 1.0e-200}} | train.schedule: expected a rate from",
        "sgd | {step: {initialRate: 1, everyEpochs: 2, factor: 0.01}} | in epoch 60. Take another",
        "sgd | {warmup: {epochs: 3, then: {constant: 2.0e-38}}} | in epoch 1. Take another rate",
        "sgd | {warmup: {epochs: 3, then: {exponential: {initialRate: 1, base: 0.1}}}} | in epoch 60.",
      })
  void ratesAndOptimizers(String optimizer, String schedule, String expected) {
    String message =
        refusal(
            "epochs: 60, optimizer: %s, schedule: %s".formatted(optimizer, schedule), "scale: 1");
    assertTrue(message.contains(expected) && message.startsWith("job.yaml:5: train."), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "l2: 1.0e-50 | scale: 1 | train.l2: expected a value that is 0, or of a size from",
        "clip: {norm: 1.0e-50} | scale: 1 | train.clip.norm: expected a positive number from",
        "clip: {value: 1.0e+39} | scale: 1 | train.clip.value: expected a positive number from",
        "l2: 0 | scale: 1.0e-50 | data.scale: expected a positive number from",
        "l2: 0 | scale: 1.0e+50 | data.scale: expected a positive number from",
        "l2: 0 | classWeights: {a: 1.0e-50} | data.classWeights.a: expected a positive number from",
      })
  void others(String train, String data, String expected) {
    String message = refusal("epochs: 1, optimizer: sgd, schedule: {constant: 1}, " + train, data);
    assertTrue(message.contains(expected), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{cosine: {initialRate: 0.1, totalEpochs: 60}}",
        "{polynomial: {initialRate: 0.1, totalEpochs: 60, power: 40}}",
        "{warmup: {epochs: 3, then: {cosine: {initialRate: 0.1, totalEpochs: 57}}}}",
        "{exponential: {initialRate: 0.1, base: 0.5}}",
        "{constant: 1.2e-38}",
      })
  void aRateThatEndsAt0ByIntentMay(String schedule) {
    String train = "epochs: 60, optimizer: sgd, schedule: " + schedule;
    assertEquals(60, Job.parse(job(train, "scale: 1"), "job.yaml").settings().train().epochs());
  }
}
