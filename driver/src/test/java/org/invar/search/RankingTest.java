package org.invar.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.invar.optim.Goal;
import org.invar.search.schedule.Objective;
import org.junit.jupiter.api.Test;

/** Which trial is better. */
class RankingTest {
  private static SearchedTrial trial(int number, boolean finished, Double... scores) {
    List<Map<String, Double>> curves = Collections.nCopies(scores.length, Map.of());
    return SearchedTrial.begun(number, 0, Map.of(), "trials/" + number)
        .after(new PartResult(finished, List.of(scores), curves, Map.of(), 10, 1.0, "1", null));
  }

  private static final List<SearchedTrial> TRIALS =
      List.of(
          trial(0, true, 0.1, 0.5),
          trial(1, true, 0.2, 0.9),
          trial(2, true, 0.3, 0.1),
          trial(3, true, 0.4, Double.NaN),
          trial(4, false, 0.2),
          trial(5, false, 0.7),
          SearchedTrial.begun(6, 0, Map.of(), "trials/6").after(PartResult.failed("NaN")),
          trial(7, true, 0.6, 0.5));

  private static List<Integer> ranked(Objective objective) {
    return Ranking.ranked(TRIALS, objective).stream().map(SearchedTrial::number).toList();
  }

  @Test
  void theGoalDecidesWhateverTheMetricIsCalled() {
    List<Integer> smallerFirst = List.of(2, 0, 7, 1, 3, 4, 5, 6);
    List<Integer> largerFirst = List.of(1, 0, 7, 2, 3, 5, 4, 6);
    assertEquals(smallerFirst, ranked(Objective.of("devLoss")));
    assertEquals(smallerFirst, ranked(new Objective("devAccuracy", Goal.MINIMIZE)));
    assertEquals(largerFirst, ranked(Objective.of("devAccuracy")));
    assertEquals(largerFirst, ranked(new Objective("devLoss", Goal.MAXIMIZE)));
    assertFalse(Objective.of("devLoss").maximizes());
    assertTrue(new Objective("devLoss", Goal.MAXIMIZE).maximizes());
  }
}
