package org.invar.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line in JVMs of its own that are killed with SIGKILL. */
class KilledRunIT {
  @TempDir private Path directory;

  @Test
  void aRunThatIsKilledAndResumedEndsWithTheBytesOfOneThatIsNot() throws Exception {
    Path job = directory.resolve("job.yaml");
    Files.writeString(job, TrainingExactnessTest.JOB.replace("epochs: 2", "epochs: 5"));
    Path whole = directory.resolve("whole");
    assertTrains(job, whole, "local[2]");

    Path killed = directory.resolve("killed");
    int kills = 0;
    for (int seen = 3; kills < 3; seen += 5) {
      try (var run = DriverProcess.train(directory, job, killed, "local[2]", "--resume")) {
        kills += waitForCheckpoints(run, killed, seen) ? 1 : 0;
      }
      assertTrue(seen < 40, "the run ended before it could be killed three times");
    }
    assertTrue(Files.notExists(killed.resolve("summary.json")), "killed too late");
    assertTrains(job, killed, "local[1]", "--resume");
    assertArrayEquals(GangRuns.weights(whole), GangRuns.weights(killed));
  }

  private void assertTrains(Path job, Path out, String master, String... more) throws Exception {
    try (var run = DriverProcess.train(directory, job, out, master, more)) {
      assertEquals(0, run.exitCode(GangRuns.LIMIT), run.log());
    }
  }

  /** Waits until the run has written that many files of checkpoints; false when it ended first. */
  private static boolean waitForCheckpoints(DriverProcess run, Path out, int files)
      throws Exception {
    while (run.isAlive()) {
      File[] found = out.resolve("checkpoints").toFile().listFiles();
      if (found != null && found.length >= files) {
        return true;
      }
      Thread.sleep(5);
    }
    return false;
  }
}
