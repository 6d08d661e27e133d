package org.invar.checkpoint;

import static org.invar.checkpoint.CheckpointFixture.assertWhole;
import static org.invar.checkpoint.CheckpointFixture.checkpoint;
import static org.invar.checkpoint.CheckpointFixture.manifests;
import static org.invar.checkpoint.CheckpointFixture.names;
import static org.invar.checkpoint.CheckpointFixture.store;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.invar.InvarException;
import org.invar.param.Layout;
import org.invar.param.Shape;
import org.invar.param.Weights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointStoreTest {
  @TempDir private Path directory;

  @Test
  void aMissingDirectoryHasNone() throws IOException {
    assertTrue(store(directory.resolve("none"), 3).newest().isEmpty());
  }

  @Test
  void theNewestComesBackWhole() throws IOException {
    CheckpointStore store = store(directory, 3);
    for (long step : new long[] {0, 1, 2, 3, 10_000_000_000L, 5}) {
      store.save(checkpoint(step));
    }

    Checkpoint found = store(directory, 3).newest().orElseThrow();

    assertEquals(10_000_000_000L, found.step());
    assertWhole(found);
  }

  @Test
  void completedCheckpointsOfWhichNoneIsWholeAreNotPassedOver() throws IOException {
    CheckpointStore store = store(directory, 3);
    store.save(checkpoint(1));
    store.save(checkpoint(2));
    for (String name : CheckpointFixture.names(directory)) {
      if (name.endsWith("weights.safetensors")) {
        Files.write(directory.resolve(name), new byte[] {1, 2, 3});
      }
    }
    var e = assertThrows(InvarException.class, () -> store(directory, 3).newest());
    assertTrue(e.getMessage().contains("step-0000000002-000.weights.safetensors"), e.getMessage());
    assertTrue(e.getMessage().contains("--overwrite"), e.getMessage());
  }

  @Test
  void aFirstCheckpointThatWasCutShortIsNone() throws IOException {
    store(directory, 3).save(checkpoint(1));
    Path manifest = directory.resolve(CheckpointFixture.manifests(directory).get(0));
    byte[] bytes = Files.readAllBytes(manifest);
    for (int length = 0; length < bytes.length; length += 7) {
      Files.write(manifest, Arrays.copyOf(bytes, length));
      assertTrue(store(directory, 3).newest().isEmpty(), "cut to " + length);
    }
  }

  @Test
  void aRunWithoutMomentsStateOrBestIsSavedToo() throws IOException {
    var empty = Layout.of(List.of());
    var store =
        CheckpointStore.of(
            new org.apache.hadoop.fs.Path(directory.toUri()),
            CheckpointFixture.CONFIGURATION,
            empty,
            empty,
            1,
            line -> {});
    var nothing = new Weights(new float[0], new float[0]);
    JsonNode position = JsonNodeFactory.instance.objectNode();
    store.save(new Checkpoint(4, position, nothing, List.of(), null, List.of()));

    Checkpoint found = store.newest().orElseThrow();

    assertEquals(4, found.step());
    assertEquals(List.of(), found.moments());
    assertEquals(List.of(), found.metrics());
    assertEquals(null, found.best());
  }

  @Test
  void aStepThatIsSavedAgainGetsTheNextAttempt() throws IOException {
    CheckpointStore store = store(directory, 5);
    store.save(checkpoint(3));
    Map<String, byte[]> before = contents();

    assertEquals("step-0000000003-001.manifest.json", store.save(checkpoint(3)).getName());

    before.forEach((name, bytes) -> assertArrayEquals(bytes, read(name), name));
    assertWhole(store(directory, 5).newest().orElseThrow());
  }

  @Test
  void anAttemptWhoseFirstFileAloneExistsIsUsedUp() throws IOException {
    Files.write(directory.resolve("step-0000000003-004.weights.safetensors"), new byte[0]);

    assertEquals(
        "step-0000000003-005.manifest.json", store(directory, 5).save(checkpoint(3)).getName());
  }

  @Test
  void theSameCheckpointHasTheSameBytes() throws IOException {
    store(directory.resolve("a"), 2).save(checkpoint(4));
    store(directory.resolve("b"), 2).save(checkpoint(4));

    for (String name : names(directory.resolve("a"))) {
      assertArrayEquals(read("a/" + name), read("b/" + name), name);
    }
  }

  @Test
  void theBestModelIsWrittenOnceAndReferredTo() throws IOException {
    CheckpointStore store = store(directory, 10);
    Weights other = CheckpointFixture.weights(77);
    for (long step = 8; step < 11; step++) {
      store.save(withBest(checkpoint(step), 7, other));
    }
    // The run that goes on refers to it as well, and so does its best model's own step.
    CheckpointStore resumed = store(directory, 10);
    assertEquals(10, resumed.newest().orElseThrow().step());
    resumed.save(withBest(checkpoint(11), 7, other));
    resumed.save(withBest(checkpoint(12), 12, CheckpointFixture.weights(12)));
    resumed.save(withBest(checkpoint(13), 12, CheckpointFixture.weights(12)));

    assertEquals(
        List.of("step-0000000008-000.best.safetensors"),
        names(directory).stream().filter(name -> name.contains("best")).toList());
    Checkpoint found = store(directory, 10).newest().orElseThrow();
    assertEquals(12, found.best().step());
    CheckpointFixture.assertSame(CheckpointFixture.weights(12), found.best().weights());
  }

  @Test
  void theBestModelOutlivesTheCheckpointThatWroteIt() throws IOException {
    CheckpointStore store = store(directory, 1);
    Weights other = CheckpointFixture.weights(77);
    store.save(withBest(checkpoint(1), 1, CheckpointFixture.weights(1)));
    store.save(withBest(checkpoint(2), 1, CheckpointFixture.weights(1)));

    // The first checkpoint's weights are the best model; the rest of it is gone.
    assertEquals(
        List.of(
            "step-0000000001-000.weights.safetensors",
            "step-0000000002-000.manifest.json",
            "step-0000000002-000.metrics.jsonl",
            "step-0000000002-000.moments.safetensors",
            "step-0000000002-000.weights.safetensors"),
        names(directory));

    store.save(withBest(checkpoint(3), 3, other));
    assertFalse(names(directory).stream().anyMatch(name -> name.startsWith("step-0000000001")));
  }

  @Test
  void aBestModelThatSomebodyDeletedIsWrittenAgain() throws IOException {
    CheckpointStore store = store(directory, 3);
    store.save(checkpoint(3));
    Files.delete(directory.resolve("step-0000000003-000.best.safetensors"));
    store.save(checkpoint(4));

    assertWhole(store(directory, 3).newest().orElseThrow());
  }

  @Test
  void theNewestThatAreWholeAreKept() throws IOException {
    CheckpointStore store = store(directory, 3);
    for (long step = 1; step <= 4; step++) {
      store.save(checkpoint(step));
    }
    Files.write(directory.resolve("step-0000000003-000.metrics.jsonl"), new byte[] {1});

    // A fresh store has to find out which ones are whole; 3 is not, and is not counted.
    store(directory, 3).save(checkpoint(5));

    assertEquals(
        List.of(
            "step-0000000002-000.manifest.json",
            "step-0000000004-000.manifest.json",
            "step-0000000005-000.manifest.json"),
        manifests(directory));
    assertFalse(names(directory).contains("step-0000000003-000.metrics.jsonl"));
  }

  @Test
  void whatIsLaterOrNotOursIsLeftAlone() throws IOException {
    List<String> others =
        List.of(
            "notes.txt",
            "step-0000000001-000",
            "step-0000000009-000.weights.safetensors",
            "step-x");
    for (String name : others) {
      Files.write(directory.resolve(name), new byte[] {1});
    }
    store(directory, 1).save(checkpoint(5));

    assertTrue(names(directory).containsAll(others), names(directory).toString());
  }

  @Test
  void whatIsIgnoredIsTold() throws IOException {
    CheckpointStore store = store(directory, 9);
    for (long step = 2; step <= 6; step++) {
      store.save(checkpoint(step));
    }
    Files.delete(directory.resolve("step-0000000006-000.manifest.json"));
    Files.write(directory.resolve("step-0000000005-000.weights.safetensors"), new byte[7]);
    Files.delete(directory.resolve("step-0000000004-000.moments.safetensors"));
    Path metrics = directory.resolve("step-0000000003-000.metrics.jsonl");
    Files.writeString(metrics, Files.readString(metrics).replace('0', '9'));
    List<String> told = new ArrayList<>();

    assertEquals(2, store(directory, 9, told::add).newest().orElseThrow().step());

    List<String> parts =
        List.of(
            "step-0000000006-000 is ignored", "writing the checkpoint was cut short",
            "step-0000000005-000 is ignored", "found 7 bytes",
            "step-0000000004-000 is ignored", "expected a file, found none of that name",
            "step-0000000003-000 is ignored", "metrics.jsonl: expected SHA-256 ");
    for (int i = 0; i < 4; i++) {
      assertTrue(told.get(i).contains(parts.get(2 * i)), told.get(i));
      assertTrue(told.get(i).contains(parts.get(2 * i + 1)), told.get(i));
    }
    assertEquals(4, told.size());
  }

  @Test
  void aWholeCheckpointOfAnotherNetworkIsRefusedNotIgnored() throws IOException {
    store(directory, 1).save(checkpoint(3));
    Layout other = CheckpointFixture.layout("dense1.kernel", Shape.of(5, 7), "b", Shape.of(5));
    var path = new org.apache.hadoop.fs.Path(directory.toUri());
    var store =
        CheckpointStore.of(
            path, CheckpointFixture.CONFIGURATION, other, CheckpointFixture.STATE, 1, line -> {});

    var e = assertThrows(InvarException.class, store::newest);

    assertTrue(
        e.getMessage().contains("entry 0.dense1.kernel: expected F32 5×7, found F32 7×5"),
        e.getMessage());
  }

  @Test
  void aFileThatItsFileSystemRejectsIsDamage() throws IOException {
    store(directory, 3).save(checkpoint(3));
    store(directory, 3).save(checkpoint(4));
    var configuration = DyingFileSystem.healthy();
    DyingFileSystem.reject("step-0000000004-000.moments.safetensors");
    List<String> told = new ArrayList<>();
    var store = store(DyingFileSystem.path(directory), configuration, 3, told::add);

    assertEquals(3, store.newest().orElseThrow().step());

    assertTrue(told.get(0).contains("Checksum error"), told.get(0));
  }

  @Test
  void anInterruptIsNotDamage() throws IOException {
    store(directory, 3).save(checkpoint(3));
    var configuration = DyingFileSystem.healthy();
    DyingFileSystem.interrupt("step-0000000003-000.weights.safetensors");
    var store = store(DyingFileSystem.path(directory), configuration, 3, line -> {});

    assertThrows(InterruptedIOException.class, store::newest);
  }

  @Test
  void thePositionComesBackAsItWas() throws IOException {
    record Position(long seed, double loss, double rate, List<String> hashes) {}
    var position =
        new Position(
            Long.MIN_VALUE, Double.POSITIVE_INFINITY, Math.nextUp(0.1), List.of("é\n\"", ""));
    var mapper = new ObjectMapper();
    Checkpoint plain = checkpoint(3);
    store(directory, 3)
        .save(
            new Checkpoint(
                3,
                mapper.valueToTree(position),
                plain.weights(),
                plain.moments(),
                plain.best(),
                plain.metrics()));

    Checkpoint found = store(directory, 3).newest().orElseThrow();

    assertEquals(position, mapper.treeToValue(found.position(), Position.class));
  }

  @Test
  void aManifestUnderAnotherNameIsIgnored() throws IOException {
    store(directory, 3).save(checkpoint(3));
    Files.copy(
        directory.resolve("step-0000000003-000.manifest.json"),
        directory.resolve("step-0000000008-000.manifest.json"));

    assertEquals(3, store(directory, 3).newest().orElseThrow().step());
  }

  @Test
  void keepingNoneIsRefused() {
    var e = assertThrows(IllegalArgumentException.class, () -> store(directory, 0));

    assertEquals("keep=0 is not at least 1", e.getMessage());
  }

  private static Checkpoint withBest(Checkpoint plain, long step, Weights best) {
    return new Checkpoint(
        plain.step(),
        plain.position(),
        plain.weights(),
        plain.moments(),
        new Checkpoint.Best(step, best),
        plain.metrics());
  }

  private Map<String, byte[]> contents() throws IOException {
    Map<String, byte[]> contents = new TreeMap<>();
    for (String name : names(directory)) {
      contents.put(name, read(name));
    }
    return contents;
  }

  private byte[] read(String name) {
    try {
      return Files.readAllBytes(directory.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
