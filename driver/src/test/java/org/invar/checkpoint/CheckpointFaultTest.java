package org.invar.checkpoint;

import static org.invar.checkpoint.CheckpointFixture.checkpoint;
import static org.invar.checkpoint.CheckpointFixture.manifests;
import static org.invar.checkpoint.CheckpointFixture.names;
import static org.invar.checkpoint.CheckpointFixture.newestWhole;
import static org.invar.checkpoint.CheckpointFixture.save;
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
  private static final int STEPS = 5;
  private static final int KEEP = 2;

  /** Of the kills at every change, each so-many-th is tried; all of them in the profile soak. */
  private static final int STRIDE = Boolean.getBoolean("invar.whole") ? 1 : 8;

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource
  void aKillAtAnyChangeLeavesTheNewestOrTheOneBefore(DyingFileSystem.Death death)
      throws IOException {
    int kills = List.of(DyingFileSystem.Death.values()).indexOf(death) % STRIDE;
    for (boolean finished = false; !finished; kills += STRIDE) {
      Path directory = Files.createDirectory(folder.resolve("kill" + kills));
      int saved = saveUntilKilled(directory, kills, death);
      finished = !DyingFileSystem.died();

      CheckpointStore store = healthy(directory, KEEP);
      Optional<SavedCheckpoint> found = newestWhole(store);

      long step = found.map(SavedCheckpoint::step).orElse(0L);
      assertTrue(step == saved || step == saved + 1, "kill " + kills + ": " + saved + ", " + step);
      for (long next = step + 1; next <= STEPS + 1; next++) {
        save(store, checkpoint(next));
      }
      assertOnlyTheKeptAreLeft(directory);
      assertTrue(newestWhole(healthy(directory, KEEP)).isPresent());
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
        save(store, checkpoint(step));
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
    for (int kill = 0; kill < 150 / STRIDE; kill++) {
      var death = deaths.get(random.nextInt(deaths.size()));
      var configuration = DyingFileSystem.configuration(random.nextInt(150), death);
      CheckpointStore store =
          store(DyingFileSystem.path(directory), configuration, KEEP, line -> {});
      Optional<SavedCheckpoint> found = newestWhole(store);
      long step = found.map(SavedCheckpoint::step).orElse(0L);
      assertTrue(step >= reached, reached + " was saved, " + step + " was found");
      reached = step;
      while (!DyingFileSystem.died()) {
        try {
          save(store, checkpoint(step + 1));
          step++;
          reached = step;
        } catch (IOException e) {
          assertTrue(DyingFileSystem.died(), e.toString());
        }
      }
    }
    assertTrue(reached > 100 / STRIDE, "reached step " + reached);
    CheckpointStore store = healthy(directory, KEEP);
    long last = store.newest().orElseThrow().step();
    save(store, checkpoint(last + 1));
    save(store, checkpoint(last + 2));
    assertOnlyTheKeptAreLeft(directory);
  }

  @Test
  void anyDamageToAnyFileLeavesTheNewestThatDoesWithoutIt() throws IOException {
    Path whole = folder.resolve("whole");
    CheckpointStore writer = healthy(whole, 4);
    for (long step = 1; step <= 4; step++) {
      save(writer, checkpoint(step));
    }
    var random = new Random(2);
    int copies = 0;
    for (String name : names(whole)) {
      long expected = newestWithout(whole, name);
      for (int trial = 0; trial < 8; trial += trial < 4 || STRIDE == 1 ? 1 : 3) {
        Path copy = copy(whole, folder.resolve("copy" + copies++));
        String damage = damage(copy.resolve(name), trial, random);
        CheckpointStore store = healthy(copy, 4);

        Optional<SavedCheckpoint> found = newestWhole(store);

        assertEquals(expected, found.map(SavedCheckpoint::step).orElse(-1L), name + " " + damage);
        for (long step = expected < 0 ? 1 : expected + 1; step <= 6; step++) {
          save(store, checkpoint(step));
        }
        assertEquals(6, newestWhole(healthy(copy, 4)).orElseThrow().step());
      }
    }
  }

  /** A disk with room for ever more bytes, until a checkpoint fits. */
  @Test
  void aFullDiskIsAClearErrorAndLeavesTheCheckpointsBefore() throws IOException {
    int failures = 0;
    for (boolean fitted = false; !fitted; failures += fitted ? 0 : 1) {
      Path directory = Files.createDirectory(folder.resolve("room" + failures));
      CheckpointStore store = healthy(directory, KEEP);
      save(store, checkpoint(2));
      List<String> before = names(directory);
      DyingFileSystem.room(failures * 97L * STRIDE);
      try {
        save(store, checkpoint(4));
        fitted = true;
      } catch (IOException e) {
        String message = e.getMessage();
        assertTrue(message.contains("step-0000000004-000."), message);
        assertTrue(message.contains("No space left on device"), message);
        assertEquals(2, newestWhole(healthy(directory, KEEP)).orElseThrow().step());
        assertTrue(names(directory).containsAll(before));
      }
      DyingFileSystem.room(Long.MAX_VALUE);
      save(store, checkpoint(5));
      assertEquals(5, newestWhole(healthy(directory, KEEP)).orElseThrow().step());
    }
    assertTrue(failures > 10 / STRIDE, failures + " failures");
  }

  @Test
  void aReadOnlyDirectoryIsAClearErrorAndLeavesTheCheckpointsBefore() throws IOException {
    CheckpointStore store = healthy(folder, KEEP);
    save(store, checkpoint(1));
    List<String> before = names(folder);
    DyingFileSystem.readOnly();

    var e = assertThrows(IOException.class, () -> save(store, checkpoint(2)));

    String file = "step-0000000002-000.slice-0000-of-0003.safetensors: could not be written: ";
    assertTrue(e.getMessage().contains(file), e.getMessage());
    assertTrue(e.getMessage().contains("Permission denied"), e.getMessage());
    assertEquals(before, names(folder));
    assertEquals(1, newestWhole(store).orElseThrow().step());
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
