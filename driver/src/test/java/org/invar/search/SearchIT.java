package org.invar.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.spark.sql.SparkSession;
import org.invar.source.LocalSpark;
import org.invar.storage.Json;
import org.invar.train.DriverProcess;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Searches on real executor processes, of which some are killed, and whose driver is: trials and
 * scores are those of one process that nothing happened to.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class SearchIT {
  private static final int TRIALS = 8;
  private static final int LIMIT = 240;

  @TempDir private static Path folder;
  private static Path file;
  private static List<String> expected;

  @BeforeAll
  static void searchInOneProcess() throws Exception {
    String text =
        "name: s\n"
            + SearchTest.JOB.replace("epochs: 3", "epochs: 40")
            + SearchTest.SPACE
            + "stopping: none\ntrials: "
            + TRIALS
            + "\n";
    file = folder.resolve("search.yaml");
    Files.writeString(file, text);
    SparkSession spark = LocalSpark.start(2);
    try {
      Path out = folder.resolve("expected");
      Search.of(spark, SearchSpec.load(file)).directory(out.toString()).run();
      expected = outcome(out);
    } finally {
      spark.stop();
    }
    assertEquals(TRIALS, expected.size());
  }

  /** The parts of the journal by trial, without times and places. */
  private static List<String> outcome(Path out) throws IOException {
    return parts(out).stream()
        .map(
            entry -> {
              JsonNode part = entry.get("part");
              return entry.get("trial") + " " + part.get("scores") + part.get("curves");
            })
        .sorted()
        .toList();
  }

  private static List<JsonNode> parts(Path out) throws IOException {
    List<JsonNode> parts = new ArrayList<>();
    if (!Files.exists(out)) {
      return parts;
    }
    try (var files = Files.list(out)) {
      for (Path journal :
          files.filter(path -> path.getFileName().toString().startsWith("journal-")).toList()) {
        String text = Files.readString(journal);
        for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
          JsonNode entry = Json.MAPPER.readTree(line);
          if (!entry.get("part").isNull()) {
            parts.add(entry);
          }
        }
      }
    }
    return parts;
  }

  private static void awaitParts(DriverProcess run, Path out, int count) throws Exception {
    while (parts(out).size() < count) {
      assertTrue(run.isAlive(), run.log());
      Thread.sleep(20);
    }
  }

  private static byte[] bestWeights(Path out) throws IOException {
    return Files.readAllBytes(out.resolve("best/model/weights.safetensors"));
  }

  private static void assertAsExpected(Path out, DriverProcess run) throws Exception {
    assertEquals(0, run.exitCode(LIMIT), run.log());
    assertEquals(
        expected.stream().collect(Collectors.joining("\n")),
        outcome(out).stream().collect(Collectors.joining("\n")));
    assertArrayEquals(bestWeights(folder.resolve("expected")), bestWeights(out));
  }

  @Test
  void anExecutorThatIsKilledCostsItsTrialsAlone() throws Exception {
    Path out = folder.resolve("executor");
    try (var run = DriverProcess.search(folder, file, out, "local-cluster[2,1,1024]")) {
      awaitParts(run, out, 1);
      run.executors().get(0).destroyForcibly();
      assertTrue(parts(out).size() < TRIALS, "killed too late");
      assertAsExpected(out, run);
      assertEquals(TRIALS, parts(out).size());
    }
  }

  @Test
  void aDriverThatIsKilledGoesOnWithWhatIsLeft() throws Exception {
    Path out = folder.resolve("driver");
    try (var run = DriverProcess.search(folder, file, out, "local-cluster[2,1,1024]")) {
      awaitParts(run, out, 1);
      run.kill();
    }
    int before = parts(out).size();
    assertTrue(before < TRIALS, "killed too late");
    try (var run = DriverProcess.search(folder, file, out, "local[2]", "--resume")) {
      assertAsExpected(out, run);
      assertTrue(run.log().contains("going on: the journal has"), run.log());
    }
    // One part a trial: none was trained twice, and none is missing.
    assertEquals(TRIALS, parts(out).size());
  }
}
