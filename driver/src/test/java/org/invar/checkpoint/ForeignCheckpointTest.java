package org.invar.checkpoint;

import static org.invar.checkpoint.CheckpointFixture.checkpoint;
import static org.invar.checkpoint.CheckpointFixture.save;
import static org.invar.checkpoint.CheckpointFixture.store;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.invar.InvarException;
import org.invar.storage.StoredFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A checkpoint that somebody else has made, with valid hashes. */
class ForeignCheckpointTest {
  @TempDir private Path folder;
  private Path run;

  @BeforeEach
  void save2() throws IOException {
    run = folder.resolve("run");
    save(store(run, 1), checkpoint(2), 2);
  }

  private Path manifest() throws IOException {
    return Tampering.file(run, ".manifest.json");
  }

  private String refused(String what) {
    String message =
        assertThrows(InvarException.class, () -> store(run, 1).newest(), what).getMessage();
    assertEquals(1, message.lines().count(), what + ": " + message);
    assertTrue(message.contains("step-0000000002-000."), what + ": " + message);
    return message;
  }

  @Test
  void anyValueThatIsNotWhatWasWrittenIsRefused() throws IOException {
    JsonNode body = Tampering.read(manifest()).get("body");
    List<String> accepted = new ArrayList<>();
    List<Tampering.Change> changes = Tampering.changes(body);
    for (Tampering.Change change : changes) {
      Files.write(manifest(), HashedJson.bytes(change.tree()));
      // The position is the run's own, and a checkpoint may keep no model.
      if (change.where().startsWith("position") || change.where().contains("kept: null")) {
        accepted.add(change.where());
      } else if (!change.where().equals("no kept")) {
        refused(change.where());
      }
    }
    assertTrue(changes.size() > 100 && accepted.size() < 30, changes.size() + " " + accepted);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../../etc/hostname", "/etc/hostname", "..", "a/../../b", "a\u0000b", "", "~"})
  void noSliceLeavesTheFolder(String name) throws IOException {
    Tampering.editHashed(
        manifest(), body -> ((ObjectNode) body.at("/slices/0/file")).put("name", name));
    assertTrue(refused(name).contains("slices[0].file"), refused(name));
  }

  @Test
  void noLinkLeavesTheFolder() throws IOException {
    Path slice = Tampering.file(run, ".safetensors");
    Path outside = folder.resolve("outside");
    Files.move(slice, outside);
    Files.createSymbolicLink(slice, outside);
    assertTrue(refused("link").contains("a link to " + outside.toRealPath()), refused("link"));
  }

  @Test
  void aFolderOfCheckpointsThatIsALinkOutIsRefused() throws IOException {
    Path link = Files.createDirectory(folder.resolve("other")).resolve("checkpoints");
    Files.createSymbolicLink(link, run);
    var e = assertThrows(IOException.class, () -> store(link, 1).newest());
    assertTrue(e.getMessage().contains("a link to " + run.toRealPath()), e.getMessage());
  }

  @Test
  void linesThatAreNotThereAreRefused() throws IOException {
    Tampering.editHashed(
        manifest(), body -> ((ObjectNode) body.at("/metrics/0")).put("lines", 1000));
    assertTrue(refused("lines").contains("expected 1000 lines, found 2"), refused("lines"));
  }

  @Test
  void aKeptModelOfALaterStepIsRefused() throws IOException {
    Tampering.editHashed(manifest(), body -> ((ObjectNode) body.get("kept")).put("step", 3));
    assertTrue(refused("kept").contains("a kept model of an earlier step"), refused("kept"));
  }

  @Test
  void anotherVersionIsSaid() throws IOException {
    Tampering.editHashed(manifest(), body -> body.put("format", 77));
    assertTrue(refused("format").contains("found format 77"), refused("format"));
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
  void weightsThatAreNotFiniteAreRefusedByTheirEntry(float value) throws IOException {
    Path slice = Tampering.file(run, "-0000-of-0002.safetensors");
    change(slice, bytes -> bytes.putFloat((int) (8 + bytes.getLong(0)), value));
    assertTrue(
        refused("value").contains("entry dense1.kernel: expected finite values, found " + value),
        refused("value"));
    change(
        slice,
        bytes -> {
          bytes.putFloat((int) (8 + bytes.getLong(0)), 1);
          bytes.putFloat(bytes.capacity() - 4, value); // The state is last.
        });
    assertTrue(refused("state").contains("entry norm1."), refused("state"));
  }

  /** Nothing is gone on from without a word: the one before is, with a warning. */
  @Test
  void theOneBeforeIsGoneOnFrom() throws IOException {
    save(store(run, 2), checkpoint(5), 1);
    Path newest = run.resolve("step-0000000005-000.manifest.json");
    Tampering.editHashed(newest, body -> body.remove("slices"));
    List<String> notices = new ArrayList<>();
    SavedCheckpoint found = store(run, 2, notices::add).newest().orElseThrow();
    assertEquals(2, found.step());
    assertEquals(1, notices.size());
    assertTrue(notices.get(0).contains("no slices"), notices.toString());
    assertFalse(notices.get(0).contains("\n"), notices.toString());
  }

  /** Changes a slice and what the manifest says of it. */
  private void change(Path slice, Consumer<ByteBuffer> change) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(slice)).order(ByteOrder.LITTLE_ENDIAN);
    change.accept(bytes);
    Files.write(slice, bytes.array());
    Tampering.editHashed(
        manifest(),
        body ->
            body.findParents("sha256").stream()
                .filter(file -> file.get("name").asText().equals(slice.getFileName().toString()))
                .forEach(
                    file -> ((ObjectNode) file).put("sha256", StoredFile.sha256(bytes.array()))));
  }
}
