package org.invar.optim.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.invar.Golden;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class ScheduleGoldenTest {
  private static final Golden GOLDEN = Golden.of("schedules");
  private static final double INITIAL_RATE = GOLDEN.json().get("initialRate").asDouble();
  private static final int STEPS_PER_EPOCH = 7;

  private static Schedule schedule(String name, JsonNode settings) {
    return switch (name) {
      case "inverseTime" -> InverseTime.of(INITIAL_RATE, settings.get("decayRate").asDouble());
      case "exponential" -> Exponential.of(INITIAL_RATE, settings.get("base").asDouble());
      case "inverseSquareRoot" -> InverseSquareRoot.of(INITIAL_RATE, settings.get("k").asDouble());
      case "piecewise" -> Piecewise.of(list(name, "boundaries"), list(name, "rates"));
      case "cosine" -> Cosine.of(INITIAL_RATE, settings.get("totalEpochs").asInt());
      case "step" ->
          Step.of(
              INITIAL_RATE,
              settings.get("everyEpochs").asDouble(),
              settings.get("factor").asDouble());
      case "warmup" -> Warmup.of(settings.get("warmupEpochs").asInt(), new Constant(INITIAL_RATE));
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static List<Double> list(String name, String key) {
    return Arrays.stream(GOLDEN.values("/schedules/" + name + "/" + key)).boxed().toList();
  }

  @TestFactory
  List<DynamicTest> everySchedule() {
    List<DynamicTest> tests = new ArrayList<>();
    GOLDEN
        .json()
        .get("schedules")
        .properties()
        .forEach(
            entry ->
                tests.add(
                    DynamicTest.dynamicTest(
                        entry.getKey(), () -> check(entry.getKey(), entry.getValue()))));
    assertEquals(7, tests.size());
    return tests;
  }

  private static void check(String name, JsonNode settings) {
    Schedule schedule = schedule(name, settings);
    double[] expected = GOLDEN.values("/schedules/" + name + "/values");
    int[] epochs = Arrays.stream(GOLDEN.values("/epochs")).mapToInt(e -> (int) e).toArray();
    for (int i = 0; i < epochs.length; i++) {
      for (int step = 0; step < STEPS_PER_EPOCH; step++) {
        long steps = (long) epochs[i] * STEPS_PER_EPOCH + step;
        double rate = schedule.rate(new Progress(steps, STEPS_PER_EPOCH, 0));
        assertEquals(expected[i], rate, 1e-12 * INITIAL_RATE, name + " at step " + steps);
      }
    }
  }
}
