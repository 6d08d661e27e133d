package org.invar.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.invar.optim.schedule.ReduceOnPlateau;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WatchedMetricTest {
  @ParameterizedTest
  @CsvSource({
    "devLoss, MINIMIZE",
    "trainLoss, MINIMIZE",
    "devError, MINIMIZE",
    "devRmse, MINIMIZE",
    "devMae, MINIMIZE",
    "devPerplexity, MINIMIZE",
    "devAccuracy, MAXIMIZE",
    "devTop5Accuracy, MAXIMIZE",
    "devF1, MAXIMIZE",
    "devR2, MAXIMIZE",
    "devPrecision, MAXIMIZE"
  })
  void theNameTellsTheGoal(String metric, Goal goal) {
    assertEquals(goal, Goal.of(metric));
  }

  @Test
  @DisplayName("an improvement must be larger than minDelta; the best value is kept")
  void minDelta() {
    var state = WatchedMetric.start().after(1, Goal.MINIMIZE, 0.25);
    assertEquals(new WatchedMetric(1, 1, 1), state);
    state = state.after(0.75, Goal.MINIMIZE, 0.25);
    assertEquals(new WatchedMetric(1, 1, 2), state);
    assertFalse(state.improved());
    state = state.after(0.5, Goal.MINIMIZE, 0.25);
    assertEquals(new WatchedMetric(0.5, 3, 3), state);
    assertTrue(state.improved());
  }

  @ParameterizedTest
  @CsvSource({"NaN", "-Infinity", "Infinity"})
  void whatIsNotFiniteNeverImproves(double value) {
    for (Goal goal : Goal.values()) {
      var state = WatchedMetric.start().after(value, goal, 0);
      assertEquals(new WatchedMetric(0, 0, 1), state);
      assertFalse(state.improved());
      assertEquals(1, state.epochsSinceBest());
      state = state.after(-3, goal, 0).after(value, goal, 0);
      assertEquals(new WatchedMetric(-3, 2, 3), state);
    }
  }

  @Test
  void earlyStoppingStopsAfterItsPatience() {
    var settings = new EarlyStopping("devAccuracy", 2, 0);
    double[] values = {0.5, 0.7, 0.6, 0.8, 0.8, 0.7, 0.9};
    List<Boolean> stops = new ArrayList<>();
    WatchedMetric state = WatchedMetric.start();
    for (double value : values) {
      state = settings.after(state, value);
      stops.add(settings.stops(state));
    }
    assertEquals(List.of(false, false, false, false, false, true, false), stops);
  }

  @Test
  @DisplayName("a run whose metric is never a number stops too")
  void earlyStoppingWithoutNumbers() {
    var settings = EarlyStopping.of(2);
    var state = settings.after(WatchedMetric.start(), Double.NaN);
    assertFalse(settings.stops(state));
    assertTrue(settings.stops(settings.after(state, Double.NaN)));
  }

  @Test
  void bestModelIsTheFirstOfEqualOnes() {
    var settings = new BestModel("devAccuracy");
    var state = settings.after(WatchedMetric.start(), 0.5);
    assertTrue(state.improved());
    state = settings.after(state, 0.5);
    assertFalse(state.improved());
    assertEquals(1, state.bestEpoch());
  }

  @Test
  @DisplayName("plateau: fires after patience bad epochs, not while cooling down, then again")
  void plateau() {
    var settings = new ReduceOnPlateau(1, 0.1, 2, 0, 2, "devLoss", 0);
    Plateau state = settings.after(Plateau.start(), 1);
    List<List<Integer>> seen = new ArrayList<>();
    for (double value : new double[] {2, 2, 2, 2, 2, 2, 0.5, 0.5, 0.5}) {
      state = settings.after(state, value);
      seen.add(List.of(state.badEpochs(), state.cooldownLeft(), state.reductions()));
    }
    assertEquals(
        List.of(
            List.of(1, 0, 0),
            List.of(0, 2, 1),
            List.of(0, 1, 1),
            List.of(0, 0, 1),
            List.of(1, 0, 1),
            List.of(0, 2, 2),
            List.of(0, 1, 2),
            List.of(0, 0, 2),
            List.of(1, 0, 2)),
        seen);
  }

  @Test
  void statesSurviveJson() throws IOException {
    var json = new ObjectMapper();
    var state = new Plateau(WatchedMetric.start().after(Double.NaN, Goal.MINIMIZE, 0), 3, 1);
    String text = json.writeValueAsString(state);
    assertEquals(
        "{\"watched\":{\"best\":0.0,\"bestEpoch\":0,\"epochs\":1},"
            + "\"countingFrom\":3,\"reductions\":1}",
        text);
    assertEquals(state, json.readValue(text, Plateau.class));
  }

  @Test
  void impossibleStatesAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new WatchedMetric(Double.NaN, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> new WatchedMetric(1, 2, 1));
    assertThrows(IllegalArgumentException.class, () -> new EarlyStopping("devLoss", 0, 0));
  }
}
