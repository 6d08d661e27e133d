package org.invar.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Twenty random kills in one training: {@code mvn verify -Psoak}. */
@Timeout(value = 60, unit = TimeUnit.MINUTES)
class GangSoak {
  private static final int KILLS = 20;
  private static final int EPOCHS = 400;

  @TempDir private Path folder;

  @Test
  void twentyKillsDoNotReachTheWeights() throws Exception {
    var runs = new GangRuns(folder, EPOCHS);
    Path out = runs.directory("soaked");
    long steps = EPOCHS * 4L;
    Random random = new Random(11);
    try (var run = runs.start("soaked", "local-cluster[3,1,1024]")) {
      for (int kill = 1; kill <= KILLS; kill++) {
        long step = steps * kill / (KILLS + 2) + random.nextInt(40);
        assertTrue(run.awaitStep(out, step), "ended before kill " + kill + "\n" + run.log());
        Thread.sleep(random.nextInt(500));
        List<ProcessHandle> executors = run.executors();
        executors.get(random.nextInt(executors.size())).destroyForcibly();
      }
      assertEquals(0, run.exitCode(10 * GangRuns.LIMIT), run.log());
      assertEquals(KILLS, run.log().lines().filter(line -> line.contains("going on from")).count());
    }
    assertArrayEquals(runs.expected(), GangRuns.weights(out));
  }
}
