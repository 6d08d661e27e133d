package org.invar.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
    assertEquals(0, start("whole.log", job, whole, "local[2]").waitFor());

    Path killed = directory.resolve("killed");
    int kills = 0;
    for (int seen = 3; kills < 3; seen += 5) {
      Process run = start("killed" + kills + ".log", job, killed, "local[2]", "--resume");
      if (waitForCheckpoints(run, killed, seen)) {
        run.destroyForcibly().waitFor();
        kills++;
      }
      assertTrue(seen < 40, "the run ended before it could be killed three times");
    }
    assertTrue(Files.notExists(killed.resolve("summary.json")), "killed too late");
    assertEquals(
        0, start("last.log", job, killed, "local[1]", "--resume").waitFor(), log("last.log"));
    assertArrayEquals(
        Files.readAllBytes(whole.resolve("model/weights.safetensors")),
        Files.readAllBytes(killed.resolve("model/weights.safetensors")));
  }

  private Process start(String log, Path job, Path out, String master, String... more)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    command.add("@" + System.getProperty("invar.root") + "/conf/jvm.options");
    command.addAll(List.of("-Xmx1g", "-cp", System.getProperty("java.class.path")));
    command.addAll(
        List.of("-Dspark.ui.enabled=false", "org.invar.cli.Main", "train", job.toString()));
    command.addAll(List.of("--out", out.toString(), "--master", master));
    command.addAll(List.of(more));
    File output = directory.resolve(log).toFile();
    return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
  }

  /** Waits until the run has written that many files of checkpoints; false when it ended first. */
  private static boolean waitForCheckpoints(Process run, Path out, int files) throws Exception {
    while (!run.waitFor(5, TimeUnit.MILLISECONDS)) {
      File[] found = out.resolve("checkpoints").toFile().listFiles();
      if (found != null && found.length >= files) {
        return true;
      }
    }
    return false;
  }

  private String log(String name) throws Exception {
    return Files.readString(directory.resolve(name));
  }
}
