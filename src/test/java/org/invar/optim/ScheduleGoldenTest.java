package org.invar.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.invar.loss.Golden;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class ScheduleGoldenTest {
  private static final JsonNode GOLDEN = Golden.read("schedules");
  private static final double INITIAL_RATE = GOLDEN.get("initialRate").asDouble();
  private static final int STEPS_PER_EPOCH = 7;

  private static Schedule schedule(String name, JsonNode settings) {
    return switch (name) {
      case "inverseTime" ->
          Schedule.InverseTime.of(INITIAL_RATE, settings.get("decayRate").asDouble());
      case "exponential" -> Schedule.Exponential.of(INITIAL_RATE, settings.get("base").asDouble());
      case "inverseSquareRoot" ->
          Schedule.InverseSquareRoot.of(INITIAL_RATE, settings.get("k").asDouble());
      case "piecewise" ->
          Schedule.Piecewise.of(list(settings.get("boundaries")), list(settings.get("rates")));
      case "cosine" -> Schedule.Cosine.of(INITIAL_RATE, settings.get("totalEpochs").asInt());
      case "step" ->
          Schedule.Step.of(
              INITIAL_RATE,
              settings.get("everyEpochs").asDouble(),
              settings.get("factor").asDouble());
      case "warmup" ->
          Schedule.Warmup.of(
              settings.get("warmupEpochs").asInt(), new Schedule.Constant(INITIAL_RATE));
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static List<Double> list(JsonNode node) {
    return Arrays.stream(Golden.doubles(node)).boxed().toList();
  }

  @TestFactory
  List<DynamicTest> everySchedule() {
    List<DynamicTest> tests = new ArrayList<>();
    GOLDEN
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
    double[] expected = Golden.doubles(settings.get("values"));
    int[] epochs =
        Arrays.stream(Golden.doubles(GOLDEN.get("epochs"))).mapToInt(e -> (int) e).toArray();
    for (int i = 0; i < epochs.length; i++) {
      for (int step = 0; step < STEPS_PER_EPOCH; step++) {
        long steps = (long) epochs[i] * STEPS_PER_EPOCH + step;
        double rate = schedule.rate(new Progress(steps, STEPS_PER_EPOCH, 0));
        assertEquals(expected[i], rate, 1e-12 * INITIAL_RATE, name + " at step " + steps);
      }
    }
  }
}
