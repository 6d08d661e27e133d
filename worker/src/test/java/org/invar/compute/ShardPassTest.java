package org.invar.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import org.invar.gang.SmallRun;
import org.invar.kernel.Kernels;
import org.invar.kernel.onednn.Fastest;
import org.invar.rows.ShardRows;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernels")
class ShardPassTest {
  /** Closed native kernels refuse to compute; portable ones hold nothing. */
  @Test
  void computersThatWereMadeBeforeAFailureAreClosed() {
    try (Kernels kernels = Fastest.kernels()) {
      assumeTrue(kernels.name().equals("native"));
    }
    SmallRun small = SmallRun.of("pass");
    ShardRows rows = small.splits(1, 0).get(SmallRun.DEV).get(0);
    List<ShardComputer> made = new ArrayList<>();
    try (var weights = new FlatPair(small.run().network())) {
      assertThrows(
          OutOfMemoryError.class,
          () ->
              ShardPass.computers(
                  3,
                  () -> {
                    if (made.size() == 2) {
                      throw new OutOfMemoryError("a test's");
                    }
                    made.add(new ShardComputer(small.run(), weights));
                    made.get(made.size() - 1).scores(rows);
                    return made.get(made.size() - 1);
                  }));
      assertEquals(2, made.size());
      made.forEach(
          computer -> assertThrows(IllegalStateException.class, () -> computer.scores(rows)));
    }
  }
}
