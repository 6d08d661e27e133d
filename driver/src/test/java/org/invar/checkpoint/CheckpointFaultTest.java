package org.invar.checkpoint;

import static org.invar.checkpoint.CheckpointFixture.assertWhole;
import static org.invar.checkpoint.CheckpointFixture.checkpoint;
import static org.invar.checkpoint.CheckpointFixture.manifests;
import static org.invar.checkpoint.CheckpointFixture.names;
import static org.invar.checkpoint.CheckpointFixture.store;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.invar.storage.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Kills at every moment and damage of every kind: what is found is whole, and the run goes on. */
class CheckpointFaultTest {
  private static final int STEPS = 7;
  private static final int KEEP = 2;

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource
  void aKillAtAnyChangeLeavesTheNewestOrTheOneBefore(DyingFileSystem.Death death)
      throws IOException {
    int kills = 0;
    for (boolean finished = false; !finished; kills++) {
      Path directory = Files.createDirectory(folder.resolve("kill" + kills));
      int saved = saveUntilKilled(directory, kills, death);
      finished = !DyingFileSystem.died();

      CheckpointStore store = healthy(directory, KEEP);
      Optional<Checkpoint> found = store.newest();

      found.ifPresent(CheckpointFixture::assertWhole);
      long step = found.map(Checkpoint::step).orElse(0L);
      assertTrue(step == saved || step == saved + 1, "kill " + kills + ": " + saved + ", " + step);
      for (long next = step + 1; next <= STEPS + 1; next++) {
        store.save(checkpoint(next));
      }
      assertOnlyTheKeptAreLeft(directory);
      assertWhole(healthy(directory, KEEP).newest().orElseThrow());
    }
    assertTrue(kills > 100, kills + " kills");
  }

  /** Returns how many saves returned. */
  private static int saveUntilKilled(Path directory, int changes, DyingFileSystem.Death death)
      throws IOException {
    var configuration = DyingFileSystem.configuration(changes, death);
    CheckpointStore store = store(DyingFileSystem.path(directory), configuration, KEEP, line -> {});
    for (int step = 1; step <= STEPS; step++) {
      try {
        store.save(checkpoint(step));
      } catch (IOException e) {
        assertTrue(DyingFileSystem.died(), e.toString());
        return step - 1;
      }
    }
    return STEPS;
  }

  /** A run that is killed again and again while it resumes. */
  @Test
  void killsOfOneDirectoryAddUp() throws IOException {
    Path directory = folder.resolve("run");
    var random = new Random(1);
    List<DyingFileSystem.Death> deaths = List.of(DyingFileSystem.Death.values());
    long reached = 0;
    for (int kill = 0; kill < 300; kill++) {
      var death = deaths.get(random.nextInt(deaths.size()));
      var configuration = DyingFileSystem.configuration(random.nextInt(40), death);
      CheckpointStore store =
          store(DyingFileSystem.path(directory), configuration, KEEP, line -> {});
      Optional<Checkpoint> found = store.newest();
      found.ifPresent(CheckpointFixture::assertWhole);
      long step = found.map(Checkpoint::step).orElse(0L);
      assertTrue(step >= reached, reached + " was saved, " + step + " was found");
      reached = step;
      while (!DyingFileSystem.died()) {
        try {
          store.save(checkpoint(step + 1));
          step++;
          reached = step;
        } catch (IOException e) {
          assertTrue(DyingFileSystem.died(), e.toString());
        }
      }
    }
    assertTrue(reached > 100, "reached step " + reached);
    CheckpointStore store = healthy(directory, KEEP);
    long last = store.newest().orElseThrow().step();
    store.save(checkpoint(last + 1));
    store.save(checkpoint(last + 2));
    assertOnlyTheKeptAreLeft(directory);
  }

  @Test
  void anyDamageToAnyFileLeavesTheNewestThatDoesWithoutIt() throws IOException {
    Path whole = folder.resolve("whole");
    CheckpointStore writer = healthy(whole, 4);
    for (long step = 1; step <= 4; step++) {
      writer.save(checkpoint(step));
    }
    var random = new Random(2);
    int copies = 0;
    for (String name : names(whole)) {
      long expected = newestWithout(whole, name);
      for (int trial = 0; trial < 12; trial++) {
        Path copy = copy(whole, folder.resolve("copy" + copies++));
        String damage = damage(copy.resolve(name), trial, random);
        CheckpointStore store = healthy(copy, 4);

        Optional<Checkpoint> found = store.newest();

        found.ifPresent(CheckpointFixture::assertWhole);
        assertEquals(expected, found.map(Checkpoint::step).orElse(-1L), name + " " + damage);
        for (long step = expected < 0 ? 1 : expected + 1; step <= 6; step++) {
          store.save(checkpoint(step));
        }
        Checkpoint last = healthy(copy, 4).newest().orElseThrow();
        assertWhole(last);
        assertEquals(6, last.step());
      }
    }
  }

  @Test
  void aSaveThatFailsLeavesTheCheckpointsBefore() throws IOException {
    healthy(folder, KEEP).save(checkpoint(1));
    var configuration = DyingFileSystem.configuration(5, DyingFileSystem.Death.BEFORE_THE_CHANGE);
    CheckpointStore store = store(DyingFileSystem.path(folder), configuration, KEEP, line -> {});

    assertThrows(IOException.class, () -> store.save(checkpoint(2)));

    assertEquals(1, healthy(folder, KEEP).newest().orElseThrow().step());
  }

  private static CheckpointStore healthy(Path directory, int keep) throws IOException {
    return store(DyingFileSystem.path(directory), DyingFileSystem.healthy(), keep, line -> {});
  }

  private static void assertOnlyTheKeptAreLeft(Path directory) throws IOException {
    List<String> manifests = manifests(directory);
    assertEquals(KEEP, manifests.size(), manifests.toString());
    Set<String> needed = new TreeSet<>(manifests);
    for (String manifest : manifests) {
      needed.addAll(filesOf(directory.resolve(manifest)));
    }
    assertEquals(List.copyOf(needed), names(directory));
  }

  private static long newestWithout(Path directory, String name) throws IOException {
    long newest = -1;
    for (String manifest : manifests(directory)) {
      if (!manifest.equals(name) && !filesOf(directory.resolve(manifest)).contains(name)) {
        newest = CheckpointName.of(manifest).orElseThrow().step();
      }
    }
    return newest;
  }

  /** Reads the manifest as any JSON tool would. */
  private static List<String> filesOf(Path manifest) throws IOException {
    JsonNode json = Json.MAPPER.readTree(Files.readAllBytes(manifest));
    return json.get("body").findValuesAsText("name");
  }

  private static String damage(Path file, int trial, Random random) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    if (trial == 0 || bytes.length == 0) {
      Files.delete(file);
      return "deleted";
    }
    if (trial == 1) {
      Files.write(file, Arrays.copyOf(bytes, bytes.length + 1));
      return "a byte longer";
    }
    if (trial == 2) {
      Files.write(file, new byte[0]);
      return "emptied";
    }
    int at = random.nextInt(bytes.length);
    if (trial % 2 == 0) {
      Files.write(file, Arrays.copyOf(bytes, at));
      return "cut to " + at + " bytes";
    }
    bytes[at] ^= (byte) (1 << random.nextInt(8));
    Files.write(file, bytes);
    return "a bit of byte " + at + " flipped";
  }

  private static Path copy(Path from, Path to) throws IOException {
    Files.createDirectory(to);
    for (String name : names(from)) {
      Files.copy(from.resolve(name), to.resolve(name));
    }
    return to;
  }
}
