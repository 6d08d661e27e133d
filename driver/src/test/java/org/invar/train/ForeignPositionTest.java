package org.invar.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.apache.commons.io.FileUtils;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.invar.checkpoint.RunDirectory.Mode;
import org.invar.checkpoint.Tampering;
import org.invar.config.Job;
import org.invar.source.LocalSpark;
import org.invar.storage.DamagedFileException;
import org.invar.storage.Json;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that goes on from a checkpoint whose position somebody else has written. */
class ForeignPositionTest {
  private static final Job JOB =
      Job.parse(
          """
          name: foreign
          data: {train: {format: digits}, dev: {split: 0.2}, scale: 16}
          model: {layers: [flatten, dense: 10]}
          loss: softmaxCrossEntropy
          train: {epochs: 2, batchSize: 400, optimizer: adam, schedule: {constant: 0.01}}
          checkpoint: {everySteps: 3, keep: 1}
          """,
          "job");

  @TempDir private static Path folder;
  private static SparkSession spark;
  private static byte[] expected;

  @BeforeAll
  static void train() throws Exception {
    spark = LocalSpark.start(2);
    Path whole = folder.resolve("whole");
    Trainer.of(spark, JOB).directory(whole.toString()).train();
    expected = GangRuns.weights(whole);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  /** Returns a run that has lost its model, and has one checkpoint. */
  private static Path copy(String name) throws Exception {
    Path run = Tampering.copy(folder.resolve("whole"), folder.resolve(name));
    FileUtils.deleteDirectory(run.resolve("model").toFile());
    Files.delete(run.resolve("summary.json"));
    return run;
  }

  private static Path manifest(Path run) throws Exception {
    return Tampering.file(run.resolve("checkpoints"), ".manifest.json");
  }

  private static Trainer resumed(Path run) {
    return Trainer.of(spark, JOB).directory(run.toString()).mode(Mode.RESUME);
  }

  private static String refused(String name, Consumer<ObjectNode> change) throws Exception {
    Path run = copy(name);
    Tampering.editHashed(manifest(run), body -> change.accept((ObjectNode) body.get("position")));
    Trainer trainer = resumed(run);
    String message = assertThrows(InvarException.class, trainer::train).getMessage();
    assertTrue(message.contains(".manifest.json"), message);
    assertEquals(1, message.lines().count(), message);
    return message;
  }

  @Test
  void whatNoRunOfThisJobCanHaveIsRefused() throws Exception {
    refused("epoch", position -> position.put("epoch", -5));
    refused("batch", position -> position.put("batch", -1));
    refused("step", position -> position.put("step", 1_000_000));
    refused("history", position -> position.putArray("history"));
    refused("sums", position -> position.putArray("epochSums"));
    refused("clock", position -> ((ObjectNode) position.get("clock")).put("stepping", -1));
    assertTrue(refused("null", position -> position.putNull("epoch")).contains("epoch"));
    assertTrue(refused("no", position -> position.remove("watches")).contains("no watches"));
    String all = refused("empty", ObjectNode::removeAll);
    assertTrue(all.contains("no epoch"), all);
  }

  @Test
  void momentsOfAnotherOptimizerAreRefused() throws Exception {
    Path run = copy("moments");
    Tampering.editHashed(
        manifest(run),
        body ->
            body.findParents("moments").forEach(slice -> ((ObjectNode) slice).put("moments", 5)));
    Trainer trainer = resumed(run);
    String message = assertThrows(InvarException.class, trainer::train).getMessage();
    assertTrue(message.contains("5 moments") || message.contains("moments"), message);
    assertEquals(1, message.lines().count(), message);
  }

  @Test
  void whatIsLeftAsItWasIsGoneOnFrom() throws Exception {
    Path run = copy("same");
    Tampering.editHashed(manifest(run), body -> {});
    resumed(run).train();
    assertArrayEquals(expected, GangRuns.weights(run));
  }

  @Test
  void anyValueThatIsNotWhatWasWrittenIsRefusedWithItsPlace() throws Exception {
    JsonNode position =
        Tampering.read(manifest(folder.resolve("whole"))).get("body").get("position");
    Json.bind(position, Position.class, "manifest");
    int refused = 0;
    for (Tampering.Change change : Tampering.changes(position)) {
      if (change.where().contains("negative") || change.where().contains("scores.no")) {
        continue; // What the numbers may be the run knows.
      }
      if (change.where().matches(".*scores\\..*null")) {
        continue; // A score may be undefined.
      }
      var e =
          assertThrows(
              DamagedFileException.class,
              () -> Json.bind(change.tree(), Position.class, "manifest"),
              change.where());
      assertTrue(e.getMessage().startsWith("manifest"), e.getMessage());
      assertEquals(1, e.getMessage().lines().count(), e.getMessage());
      refused++;
    }
    assertTrue(refused > 60, refused + " changes");
  }
}
