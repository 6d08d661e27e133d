package org.invar.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.invar.checkpoint.RunDirectory;
import org.invar.config.Job;
import org.invar.source.LocalSpark;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line in JVMs of its own that are killed with SIGKILL. */
class KilledRunIT {
  /** More of them in the profile soak. */
  private static final int KILLS = Boolean.getBoolean("invar.whole") ? 3 : 1;

  @TempDir private Path directory;

  @Test
  void aRunThatIsKilledAndResumedEndsWithTheBytesOfOneThatIsNot() throws Exception {
    Path job = directory.resolve("job.yaml");
    Files.writeString(job, TrainingExactnessTest.JOB.replace("epochs: 2", "epochs: 5"));
    Path whole = directory.resolve("whole");
    trainHere(job, whole, 2);

    Path killed = directory.resolve("killed");
    int kills = 0;
    for (int seen = 3; kills < KILLS; seen += 5) {
      try (var run = DriverProcess.train(directory, job, killed, "local[2]", "--resume")) {
        kills += waitForCheckpoints(run, killed, seen) ? 1 : 0;
      }
      assertTrue(seen < 40, "the run ended before it could be killed " + KILLS + " times");
    }
    assertTrue(Files.notExists(killed.resolve("summary.json")), "killed too late");
    trainHere(job, killed, 1);
    assertArrayEquals(GangRuns.weights(whole), GangRuns.weights(killed));
  }

  /** Two who each find the folder empty. */
  @Test
  void ofTwoThatStartAtTheSameMomentInOneFolderOneGoesOn() throws Exception {
    Path job = directory.resolve("job.yaml");
    Files.writeString(job, TrainingExactnessTest.JOB);
    Path out = directory.resolve("both");
    try (var one = DriverProcess.train(directory, job, out, "local[1]");
        var other = DriverProcess.train(directory, job, out, "local[1]")) {
      List<Integer> codes = List.of(one.exitCode(GangRuns.LIMIT), other.exitCode(GangRuns.LIMIT));
      assertEquals(1, codes.stream().filter(code -> code == 0).count(), one.log() + other.log());
      String refused = (codes.get(0) == 0 ? other : one).log();
      assertTrue(refused.contains("invar: file:" + out + ": expected "), refused);
      assertFalse(refused.contains("\tat "), refused);
    }
    Path alone = directory.resolve("alone");
    trainHere(job, alone, 1);
    assertArrayEquals(GangRuns.weights(alone), GangRuns.weights(out));
    assertEquals(names(alone), names(out));
  }

  private static List<String> names(Path folder) throws Exception {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** Trains, or goes on, in this process. */
  private static void trainHere(Path job, Path out, int cores) {
    SparkSession spark = LocalSpark.start(cores);
    try {
      Trainer.of(spark, Job.load(job))
          .directory(out.toString())
          .mode(RunDirectory.Mode.RESUME)
          .train();
    } finally {
      spark.stop();
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
