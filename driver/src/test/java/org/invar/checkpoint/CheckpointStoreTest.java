package org.invar.checkpoint;

import static org.invar.checkpoint.CheckpointFixture.checkpoint;
import static org.invar.checkpoint.CheckpointFixture.manifests;
import static org.invar.checkpoint.CheckpointFixture.names;
import static org.invar.checkpoint.CheckpointFixture.newestWhole;
import static org.invar.checkpoint.CheckpointFixture.save;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.invar.InvarException;
import org.invar.checkpoint.CheckpointFixture.Best;
import org.invar.checkpoint.CheckpointFixture.Snapshot;
import org.invar.storage.SliceFile;
import org.invar.tensor.Layout;
import org.invar.tensor.Shape;
import org.invar.tensor.Weights;
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
    for (long step : new long[] {0, 1, 2, 3, 10_000_000_000L}) {
      save(store, checkpoint(step));
    }
    save(store(directory, 3), checkpoint(5));

    assertEquals(10_000_000_000L, newestWhole(store(directory, 3)).orElseThrow().step());
  }

  @Test
  void completedCheckpointsOfWhichNoneIsWholeAreNotPassedOver() throws IOException {
    CheckpointStore store = store(directory, 3);
    save(store, checkpoint(1));
    save(store, checkpoint(2));
    for (String name : CheckpointFixture.names(directory)) {
      if (name.contains("slice-0001")) {
        Files.write(directory.resolve(name), new byte[] {1, 2, 3});
      }
    }
    var e = assertThrows(InvarException.class, () -> store(directory, 3).newest());
    assertTrue(
        e.getMessage().contains("step-0000000002-000.slice-0001-of-0003.safetensors"),
        e.getMessage());
    assertTrue(e.getMessage().contains("--overwrite"), e.getMessage());
  }

  @Test
  void aFirstCheckpointThatWasCutShortIsNone() throws IOException {
    save(store(directory, 3), checkpoint(1));
    Path manifest = directory.resolve(CheckpointFixture.manifests(directory).get(0));
    byte[] bytes = Files.readAllBytes(manifest);
    for (int length = 0; length < bytes.length; length++) {
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
            () -> {},
            line -> {});
    var nothing = new Weights(new float[0], new float[0]);
    JsonNode position = JsonNodeFactory.instance.objectNode();
    save(store, new Snapshot(4, position, nothing, List.of(), null, List.of()), 2);

    SavedCheckpoint found = store.newest().orElseThrow();

    assertEquals(4, found.step());
    assertEquals(List.of(), CheckpointFixture.read(store, found).moments());
    assertEquals(List.of(), CheckpointFixture.lines(found.metrics()));
    assertEquals(null, found.kept());
  }

  @Test
  void aStepThatIsSavedAgainGetsTheNextAttempt() throws IOException {
    CheckpointStore store = store(directory, 5);
    save(store, checkpoint(3));
    Map<String, byte[]> before = contents();

    assertEquals("step-0000000003-001.manifest.json", save(store, checkpoint(3)).getName());

    before.forEach((name, bytes) -> assertArrayEquals(bytes, read(name), name));
    assertTrue(newestWhole(store(directory, 5)).isPresent());
  }

  @Test
  void anAttemptWhoseFirstFileAloneExistsIsUsedUp() throws IOException {
    Files.write(
        directory.resolve("step-0000000003-004.slice-0002-of-0003.safetensors"), new byte[0]);

    assertEquals(
        "step-0000000003-005.manifest.json", save(store(directory, 5), checkpoint(3)).getName());
  }

  @Test
  void theSameCheckpointHasTheSameBytes() throws IOException {
    save(store(directory.resolve("a"), 2), checkpoint(4));
    save(store(directory.resolve("b"), 2), checkpoint(4));

    for (String name : names(directory.resolve("a"))) {
      assertArrayEquals(read("a/" + name), read("b/" + name), name);
    }
  }

  @Test
  void theBestModelIsWrittenOnceAndReferredTo() throws IOException {
    CheckpointStore store = store(directory, 10);
    Weights other = CheckpointFixture.weights(77);
    for (long step = 8; step < 11; step++) {
      save(store, withBest(checkpoint(step), 7, other));
    }
    // The run that goes on refers to it as well, and so does its best model's own step.
    CheckpointStore resumed = store(directory, 10);
    assertEquals(10, resumed.newest().orElseThrow().step());
    save(resumed, withBest(checkpoint(11), 7, other));
    save(resumed, withBest(checkpoint(12), 12, CheckpointFixture.weights(12)));
    save(resumed, withBest(checkpoint(13), 12, CheckpointFixture.weights(12)));

    assertEquals(
        List.of(
            "step-0000000008-000.kept-0000-of-0004.safetensors",
            "step-0000000008-000.kept-0001-of-0004.safetensors",
            "step-0000000008-000.kept-0002-of-0004.safetensors",
            "step-0000000008-000.kept-0003-of-0004.safetensors"),
        names(directory).stream().filter(name -> name.contains("kept")).toList());
    CheckpointStore last = store(directory, 10);
    Best found = CheckpointFixture.read(last, last.newest().orElseThrow()).best();
    assertEquals(12, found.step());
    CheckpointFixture.assertSame(CheckpointFixture.weights(12), found.weights());
  }

  @Test
  void theBestModelOutlivesTheCheckpointThatWroteIt() throws IOException {
    CheckpointStore store = store(directory, 1);
    Weights other = CheckpointFixture.weights(77);
    save(store, withBest(checkpoint(1), 1, CheckpointFixture.weights(1)));
    save(store, withBest(checkpoint(2), 1, CheckpointFixture.weights(1)));

    // The first checkpoint's slices are the best model; the rest of it is gone.
    assertEquals(
        List.of(
            "step-0000000001-000.slice-0000-of-0002.safetensors",
            "step-0000000001-000.slice-0001-of-0002.safetensors",
            "step-0000000002-000.manifest.json",
            "step-0000000002-000.metrics.jsonl",
            "step-0000000002-000.slice-0000-of-0003.safetensors",
            "step-0000000002-000.slice-0001-of-0003.safetensors",
            "step-0000000002-000.slice-0002-of-0003.safetensors"),
        names(directory));

    save(store, withBest(checkpoint(3), 3, other));
    assertFalse(names(directory).stream().anyMatch(name -> name.startsWith("step-0000000001")));
  }

  @Test
  void aBestModelThatSomebodyDeletedIsWrittenAgain() throws IOException {
    CheckpointStore store = store(directory, 3);
    save(store, checkpoint(3));
    Files.delete(directory.resolve("step-0000000003-000.kept-0001-of-0004.safetensors"));
    save(store, checkpoint(4));

    assertTrue(newestWhole(store(directory, 3)).isPresent());
  }

  @Test
  void theNewestThatAreWholeAreKept() throws IOException {
    CheckpointStore store = store(directory, 3);
    for (long step = 1; step <= 4; step++) {
      save(store, checkpoint(step));
    }
    Files.write(directory.resolve("step-0000000003-000.metrics.jsonl"), new byte[] {1});

    // A fresh store has to find out which ones are whole; 3 is not, and is not counted.
    save(store(directory, 3), checkpoint(5));

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
            "step-0000000009-000.slice-0000-of-0001.safetensors",
            "step-x");
    for (String name : others) {
      Files.write(directory.resolve(name), new byte[] {1});
    }
    save(store(directory, 1), checkpoint(5));

    assertTrue(names(directory).containsAll(others), names(directory).toString());
  }

  @Test
  void whatIsIgnoredIsTold() throws IOException {
    CheckpointStore store = store(directory, 9);
    for (long step = 2; step <= 6; step++) {
      save(store, checkpoint(step));
    }
    Files.delete(directory.resolve("step-0000000006-000.manifest.json"));
    Files.write(
        directory.resolve("step-0000000005-000.slice-0000-of-0001.safetensors"), new byte[7]);
    Files.delete(directory.resolve("step-0000000004-000.slice-0004-of-0005.safetensors"));
    Path metrics = directory.resolve("step-0000000003-000.metrics.jsonl");
    Files.writeString(metrics, Files.readString(metrics).replace('2', '9'));
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
    save(store(directory, 1), checkpoint(3));
    Layout other = CheckpointFixture.layout("dense1.kernel", Shape.of(5, 7), "b", Shape.of(5));
    var path = new org.apache.hadoop.fs.Path(directory.toUri());
    var store =
        CheckpointStore.of(
            path,
            CheckpointFixture.CONFIGURATION,
            other,
            CheckpointFixture.STATE,
            1,
            () -> {},
            line -> {});

    var e = assertThrows(InvarException.class, store::newest);

    assertTrue(
        e.getMessage()
            .contains(
                "entry 1 of the parameters: expected dense1.kernel 5×7, found dense1.kernel 7×5"),
        e.getMessage());
  }

  @Test
  void aFileThatItsFileSystemRejectsIsDamage() throws IOException {
    save(store(directory, 3), checkpoint(3));
    save(store(directory, 3), checkpoint(4));
    var configuration = DyingFileSystem.healthy();
    DyingFileSystem.reject("step-0000000004-000.slice-0002-of-0005.safetensors");
    List<String> told = new ArrayList<>();
    var store = store(DyingFileSystem.path(directory), configuration, 3, told::add);

    assertEquals(3, store.newest().orElseThrow().step());

    assertTrue(told.get(0).contains("Checksum error"), told.get(0));
  }

  @Test
  void anInterruptIsNotDamage() throws IOException {
    save(store(directory, 3), checkpoint(3));
    var configuration = DyingFileSystem.healthy();
    DyingFileSystem.interrupt("step-0000000003-000.slice-0002-of-0004.safetensors");
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
    Snapshot plain = checkpoint(3);
    save(
        store(directory, 3),
        new Snapshot(
            3,
            mapper.valueToTree(position),
            plain.weights(),
            plain.moments(),
            plain.best(),
            plain.metrics()));

    SavedCheckpoint found = store(directory, 3).newest().orElseThrow();

    assertEquals(position, mapper.treeToValue(found.position(), Position.class));
  }

  @Test
  void aManifestUnderAnotherNameIsIgnored() throws IOException {
    save(store(directory, 3), checkpoint(3));
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

  @Test
  void theBestModelIsReferredToByAllCheckpointsUntilThereIsABetterOne() throws IOException {
    CheckpointStore store = store(directory, 2);
    save(store, withBest(checkpoint(1), 1, CheckpointFixture.weights(1)), 3);
    List<String> best = slices("step-0000000001");
    assertEquals(3, best.size());
    for (long step = 2; step <= 6; step++) {
      if (step == 4) {
        store = store(directory, 2);
        assertEquals(3, store.newest().orElseThrow().step());
      }
      save(store, withBest(checkpoint(step), 1, CheckpointFixture.weights(1)), 2);
      assertEquals(best, slices("step-0000000001"));
    }
    assertEquals(3 + 2 * 2, slices("step-").size());

    save(store, withBest(checkpoint(7), 7, CheckpointFixture.weights(7)));
    assertEquals(best, slices("step-0000000001"), "the checkpoint before refers to it");
    save(store, withBest(checkpoint(8), 7, CheckpointFixture.weights(7)));
    assertEquals(List.of(), slices("step-0000000001"));
  }

  @Test
  void slicesThatAreNoWholeVectorsAreRefused() throws IOException {
    CheckpointStore store = store(directory, 2);
    Snapshot snapshot = checkpoint(3);
    CheckpointName name = store.next(3);
    List<SliceFile> whole =
        CheckpointFixture.write(store, name.slices(), snapshot.weights(), snapshot.moments(), 3);
    List<SliceFile> other =
        CheckpointFixture.write(store, name.kept(), snapshot.weights(), List.of(), 2);
    SliceFile first = whole.get(0);
    var shifted = new SliceFile(first.from(), first.to() + 1, 0, first.stateTo(), 2, first.file());
    Map<List<SliceFile>, String> faults = new LinkedHashMap<>();
    faults.put(List.of(), "0 slices with 0 of 40 parameters and 0 of 6 elements of state");
    faults.put(whole.subList(0, 2), "2 slices with 26 of 40 parameters and 4 of 6");
    faults.put(whole.subList(1, 3), "slice-0001-of-0003.safetensors with parameters from 13, not");
    faults.put(List.of(first, whole.get(2)), "with parameters from 26, not from 13");
    faults.put(List.of(first, first), "with parameters from 0, not from 13");
    faults.put(List.of(shifted, whole.get(1), whole.get(2)), "from 13, not from 14");
    faults.put(List.of(other.get(0), new SliceFile(20, 40, 3, 6, 1, other.get(1).file())), "1 mom");
    faults.put(List.of(other.get(0), new SliceFile(20, 40, 2, 6, 0, other.get(1).file())), "state");
    MetricsLines nothing = noMetrics();
    faults.forEach(
        (slices, message) -> {
          var e =
              assertThrows(
                  IllegalArgumentException.class,
                  () -> store.complete(name, snapshot.position(), slices, null, nothing));
          assertTrue(e.getMessage().contains(message), e.getMessage());
          assertThrows(
              IllegalArgumentException.class,
              () -> store.complete(name, snapshot.position(), whole, new Kept(1, slices), nothing));
        });
    assertEquals(List.of(), manifests(directory));
  }

  /** No version of ours writes such a manifest; one that did would not harm the run. */
  @Test
  void aManifestWhoseSlicesOverlapIsIgnored() throws IOException {
    CheckpointStore store = store(directory, 5);
    save(store, checkpoint(1));
    CheckpointName name = store.next(2);
    List<SliceFile> slices =
        CheckpointFixture.write(
            store, name.slices(), checkpoint(2).weights(), checkpoint(2).moments(), 2);
    SliceFile second = slices.get(1);
    var overlapping = new SliceFile(19, 40, 3, 6, 2, second.file());
    Files.write(
        directory.resolve(name.manifest()),
        new Manifest(
                name,
                LayoutRecord.of(CheckpointFixture.PARAMETERS, CheckpointFixture.STATE),
                checkpoint(2).position(),
                List.of(slices.get(0), overlapping),
                null,
                List.of())
            .bytes());
    List<String> told = new ArrayList<>();

    assertEquals(1, newestWhole(store(directory, 5, told::add)).orElseThrow().step());

    assertTrue(told.get(0).contains("parameters from 19, not from 20"), told.get(0));
  }

  @Test
  void aSliceThatTheDriverDoesNotSeeIsRefused() throws IOException {
    CheckpointStore store = store(directory, 2);
    save(store, checkpoint(1));
    Snapshot snapshot = checkpoint(2);
    for (String damage : List.of("none of that name", "3 bytes")) {
      CheckpointName name = store.next(2);
      List<SliceFile> slices =
          CheckpointFixture.write(store, name.slices(), snapshot.weights(), snapshot.moments(), 3);
      Path file = directory.resolve(slices.get(1).file().name());
      Files.delete(file);
      if (damage.equals("3 bytes")) {
        Files.write(file, new byte[3]);
      }

      var e =
          assertThrows(
              InvarException.class,
              () -> store.complete(name, snapshot.position(), slices, null, noMetrics()));

      assertTrue(e.getMessage().contains(slices.get(1).file().name()), e.getMessage());
      assertTrue(e.getMessage().contains("found " + damage), e.getMessage());
      assertTrue(e.getMessage().contains("HDFS, S3 or NFS"), e.getMessage());
    }
    assertEquals(1, newestWhole(store(directory, 2)).orElseThrow().step());
  }

  @Test
  void aNameIsGivenOnce() throws IOException {
    CheckpointStore store = store(directory, 2);

    assertEquals(new CheckpointName(4, 0), store.next(4));
    assertEquals(new CheckpointName(4, 1), store.next(4));
    save(store, checkpoint(4));
    assertEquals(new CheckpointName(4, 3), store.next(4));
    assertEquals(new CheckpointName(4, 3), store(directory, 2).next(4));
    assertEquals(new CheckpointName(5, 0), store.next(5));
    save(store, checkpoint(6)); // The run may still go back to 4, and come to 5 again.
    assertEquals(new CheckpointName(5, 1), store.next(5));
  }

  @Test
  void aRunThatGoesBackKeepsWhatItWritesAnew() throws IOException {
    CheckpointStore store = store(directory, 2);
    for (long step = 1; step <= 3; step++) {
      save(store, checkpoint(step));
    }
    Files.write(directory.resolve(slices("step-0000000003").get(0)), new byte[1]);

    assertEquals(2, newestWhole(store).orElseThrow().step());
    save(store, checkpoint(3));
    save(store, checkpoint(4));

    assertEquals(
        List.of("step-0000000003-001.manifest.json", "step-0000000004-000.manifest.json"),
        manifests(directory));
    assertEquals(4, newestWhole(store(directory, 2)).orElseThrow().step());
  }

  @Test
  void metricsOfALongRunAreWrittenInFewFilesAndFewBytes() throws IOException {
    int checkpoints = 160;
    CheckpointStore store = store(directory, 1);
    List<String> lines = new ArrayList<>();
    long written = 0;
    for (int step = 1; step <= checkpoints; step++) {
      for (int line = 0; line < step % 4; line++) {
        lines.add("{\"step\":%06d}".formatted(step));
      }
      Snapshot plain = checkpoint(1);
      save(store, new Snapshot(step, plain.position(), plain.weights(), List.of(), null, lines), 1);
      Path added = directory.resolve(new CheckpointName(step, 0).file("metrics.jsonl"));
      written += Files.exists(added) ? Files.size(added) : 0;
    }
    assertEquals(240, lines.size());
    SavedCheckpoint found = store(directory, 1).newest().orElseThrow();
    assertEquals(lines, CheckpointFixture.lines(found.metrics()));
    long all = lines.stream().mapToLong(line -> line.length() + 1).sum();
    assertTrue(written < 10 * all, written + " bytes for " + all);
    int files = names(directory).size() - 2;
    assertTrue(files >= 2 && files <= 10, files + " files");
  }

  @Test
  void aStoreHoldsNoMoreAfterManyCheckpoints() throws IOException {
    CheckpointStore store = store(directory, 2);
    long afterFew = 0;
    for (long step = 1; step <= 200; step++) {
      Snapshot plain = checkpoint(1);
      save(
          store,
          new Snapshot(step, plain.position(), plain.weights(), List.of(), null, List.of()),
          1);
      store.next(step); // Given, and never written.
      afterFew = step == 20 ? Held.by(store) : afterFew;
    }
    assertEquals(afterFew, Held.by(store));
  }

  @Test
  void metricsThatSomebodyDeletedAreWrittenAgain() throws IOException {
    CheckpointStore store = store(directory, 3);
    for (long step = 4; step <= 5; step++) {
      save(store, checkpoint(step));
    }
    Files.delete(directory.resolve("step-0000000004-000.metrics.jsonl"));
    save(store, checkpoint(6));

    assertEquals(6, newestWhole(store(directory, 3)).orElseThrow().step());
  }

  @Test
  void fewerMetricsThanBeforeAreRefused() throws IOException {
    CheckpointStore store = store(directory, 3);
    save(store, checkpoint(4));

    var e = assertThrows(IllegalArgumentException.class, () -> save(store, checkpoint(3)));

    assertEquals("3 lines of metrics, but the checkpoint before has 4", e.getMessage());
  }

  private static MetricsLines noMetrics() throws IOException {
    try (MetricsSpool spool = MetricsSpool.create()) {
      return spool.soFar();
    }
  }

  private List<String> slices(String prefix) throws IOException {
    return names(directory).stream()
        .filter(name -> name.startsWith(prefix) && name.contains("slice"))
        .toList();
  }

  private static Snapshot withBest(Snapshot plain, long step, Weights best) {
    return new Snapshot(
        plain.step(),
        plain.position(),
        plain.weights(),
        plain.moments(),
        new Best(step, best),
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
