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
    var runs = GangRuns.steady(folder, EPOCHS);
    Path out = runs.directory("soaked");
    long steps = EPOCHS * 4L;
    Random random = new Random(11);
    int kills = 0;
    try (var run = runs.start("soaked", "local-cluster[3,1,1024]")) {
      while (kills < KILLS) {
        long step = steps * kills / KILLS * 9 / 10 + random.nextInt(40);
        assertTrue(run.awaitStep(out, step), "ended after kill " + kills + "\n" + run.log());
        kills += kill(run, random, 500);
        // The next one finds them where they meet, load, or have just begun.
        kills += kill(run, random, 8000);
      }
      assertEquals(0, run.exitCode(10 * GangRuns.LIMIT), run.log());
      assertTrue(run.log().contains("going on from"), run.log());
    }
    assertArrayEquals(runs.expected(), GangRuns.weights(out));
  }

  private static int kill(DriverProcess run, Random random, int mostMillis) throws Exception {
    Thread.sleep(random.nextInt(mostMillis));
    List<ProcessHandle> executors = run.executors();
    return !executors.isEmpty() && executors.get(random.nextInt(executors.size())).destroyForcibly()
        ? 1
        : 0;
  }
}
