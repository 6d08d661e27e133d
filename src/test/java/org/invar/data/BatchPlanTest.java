package org.invar.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.invar.random.CounterRandom;
import org.junit.jupiter.api.Test;

class BatchPlanTest {
  private record Place(int shard, long row, long rows) {
    static int compare(Place a, Place b) {
      int byPosition = Long.compare((2 * a.row + 1) * b.rows, (2 * b.row + 1) * a.rows);
      return byPosition != 0 ? byPosition : Integer.compare(a.shard, b.shard);
    }
  }

  @Test
  void takesTheRowsThatSortingByPositionGives() {
    var random = CounterRandom.of(11);
    for (int trial = 0; trial < 300; trial++) {
      long[] rows = new long[1 + random.nextInt(9)];
      for (int v = 0; v < rows.length; v++) {
        int most = new int[] {1, 4, 50, 400}[random.nextInt(4)];
        rows[v] = random.nextInt(most);
      }
      assertSorted(rows, 1 + random.nextInt(60));
    }
  }

  private static void assertSorted(long[] rows, int batchSize) {
    List<Place> merged = new ArrayList<>();
    for (int v = 0; v < rows.length; v++) {
      for (long j = 0; j < rows[v]; j++) {
        merged.add(new Place(v, j, rows[v]));
      }
    }
    merged.sort(Place::compare);
    var plan = BatchPlan.of(rows, batchSize);
    int[] taken = new int[rows.length];
    for (long b = 0; b < plan.steps(); b++) {
      String message = "batch " + b + " of " + Arrays.toString(rows) + " by " + batchSize;
      int from = (int) b * batchSize;
      int to = Math.min(from + batchSize, merged.size());
      assertEquals(to - from, plan.rows(b), message);
      assertArrayEquals(taken, plan.starts(b), message);
      for (int v = 0; v < rows.length; v++) {
        assertEquals(taken[v], plan.from(b, v), message);
      }
      merged.subList(from, to).forEach(place -> taken[place.shard]++);
      for (int v = 0; v < rows.length; v++) {
        assertEquals(taken[v], plan.to(b, v), message);
      }
    }
    assertArrayEquals(rows, Arrays.stream(taken).asLongStream().toArray());
  }

  @Test
  void hugeShardsNeitherOverflowNorLoseRows() {
    long[] rows = new long[200];
    Arrays.fill(rows, Integer.MAX_VALUE - 1);
    rows[7] = 1;
    rows[8] = 0;
    var plan = BatchPlan.of(rows, 1 << 20);
    long total = Arrays.stream(rows).sum();
    for (long b : new long[] {0, 1, 12345, plan.steps() / 2, plan.steps() - 1, plan.steps()}) {
      long before = Arrays.stream(plan.starts(b)).asLongStream().sum();
      assertEquals(Math.min(b << 20, total), before);
    }
    assertEquals(total - ((plan.steps() - 1) << 20), plan.rows(plan.steps() - 1));
    assertEquals(1, plan.to(plan.steps() - 1, 7));
  }

  @Test
  void equalShardsTakeEqualPartsOfEveryBatch() {
    long[] rows = {100, 100, 100, 100};
    var plan = BatchPlan.of(rows, 40);
    for (long b = 0; b < plan.steps(); b++) {
      for (int v = 0; v < 4; v++) {
        assertEquals(10, plan.to(b, v) - plan.from(b, v));
      }
    }
  }

  @Test
  void noRowsAreNoSteps() {
    assertEquals(0, BatchPlan.of(new long[] {0, 0}, 8).steps());
    assertArrayEquals(new int[] {0, 0}, BatchPlan.of(new long[] {0, 0}, 8).starts(0));
  }

  @Test
  void refusesWhatIsOutOfRange() {
    assertThrows(IllegalArgumentException.class, () -> BatchPlan.of(new long[] {1}, 0));
    assertThrows(IllegalArgumentException.class, () -> BatchPlan.of(new long[] {-1}, 1));
    assertThrows(IllegalArgumentException.class, () -> BatchPlan.of(new long[] {5}, 2).starts(4));
  }

  @Test
  void fewestRowsOfAShardLeaveTheShortLastBatchOut() {
    assertEquals(24, BatchPlan.of(new long[] {300, 100}, 96).fewest());
    assertEquals(16, BatchPlan.of(new long[] {40, 40, 0}, 32).fewest());
    assertEquals(5, BatchPlan.of(new long[] {5, 7}, 32).fewest());
    assertEquals(Integer.MAX_VALUE, BatchPlan.of(new long[] {0}, 32).fewest());
  }
}
