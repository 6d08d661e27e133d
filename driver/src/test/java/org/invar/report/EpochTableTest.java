package org.invar.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.invar.train.TrainingListener.Epoch;
import org.junit.jupiter.api.Test;

class EpochTableTest {
  @Test
  void aRegressionShowsRmse() {
    var epochs =
        List.of(
            new Epoch(
                1,
                2,
                7,
                Map.of("trainLoss", 4.0, "trainRmse", 2.0, "trainMae", 1.5, "devLoss", 9.0),
                0.1,
                0.25,
                false),
            new Epoch(
                2,
                2,
                14,
                Map.of("trainLoss", 1.0, "trainRmse", 1.0, "devLoss", 2.25, "devRmse", 1.5),
                0.05,
                0.5,
                true));
    assertEquals(
        """
        epoch  train loss  train rmse  dev loss  dev rmse  learning rate  seconds  kept
            1      4.0000      2.0000    9.0000         -            0.1      0.3
            2      1.0000      1.0000    2.2500    1.5000           0.05      0.5     *
        """,
        new EpochTable(epochs, 2).render());
  }

  @Test
  void aLongRunShowsFirstLastAndKeptAmongForty() {
    for (int kept : new int[] {1, 102, 150, 200}) {
      List<String> lines = new EpochTable(epochs(200), kept).render().lines().toList();
      List<String> shown = lines.subList(1, lines.size() - 1);
      assertTrue(shown.size() == 39 || shown.size() == 40, shown.size() + " lines");
      assertTrue(shown.get(0).startsWith("    1 "), shown.get(0));
      assertTrue(shown.get(shown.size() - 1).startsWith("  200 "), shown.get(shown.size() - 1));
      List<String> marked = shown.stream().filter(line -> line.endsWith("*")).toList();
      assertEquals(1, marked.size());
      assertTrue(marked.get(0).strip().startsWith(kept + " "), marked.get(0));
      assertEquals(
          "(" + shown.size() + " of 200 epochs; all are in metrics.jsonl)",
          lines.get(lines.size() - 1));
    }
  }

  @Test
  void fortyEpochsAreAllShown() {
    assertEquals(1 + 40, new EpochTable(epochs(40), 40).render().lines().count());
    assertEquals("", new EpochTable(List.of(), 0).render());
  }

  private static List<Epoch> epochs(int count) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(i -> new Epoch(i, count, i, Map.of("trainLoss", 1.0 / i), 0.1, 1, false))
        .toList();
  }
}
