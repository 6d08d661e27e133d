package org.invar.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;
import org.invar.InvarException;
import org.invar.storage.StoredFile;
import org.invar.tensor.Layout;
import org.invar.tensor.Shape;
import org.invar.tensor.Weights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelDirectoryTest {
  private static final String ARCHITECTURE = "layers:\n- dense: {units: 5}\n";
  private static final ObjectNode PREPROCESSING =
      JsonNodeFactory.instance.objectNode().put("scale", 255.5).put("label", "größe");

  @TempDir private Path folder;

  @Test
  void aModelComesBack() throws IOException {
    write(folder, 1);

    assertHolds(folder, 1);
    assertEquals(4, CheckpointFixture.names(folder).size());
  }

  @Test
  void theSameModelHasTheSameBytesAndIsNotWrittenTwice() throws IOException {
    write(folder.resolve("a"), 1);
    write(folder.resolve("b"), 1);
    for (String name : CheckpointFixture.names(folder.resolve("a"))) {
      assertArrayEquals(
          Files.readAllBytes(folder.resolve("a").resolve(name)),
          Files.readAllBytes(folder.resolve("b").resolve(name)));
      Files.setLastModifiedTime(folder.resolve("a").resolve(name), FileTime.fromMillis(0));
    }

    write(folder.resolve("a"), 1);

    for (String name : CheckpointFixture.names(folder.resolve("a"))) {
      Path file = folder.resolve("a").resolve(name);
      assertEquals(FileTime.fromMillis(0), Files.getLastModifiedTime(file), name);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aKillAtAnyChangeIsSeenAndWritingAgainRepairsIt(DyingFileSystem.Death death)
      throws IOException {
    boolean finished = false;
    for (int changes = 0; !finished; changes++) {
      Path model = folder.resolve("model" + changes);
      write(model, 1);
      try {
        var configuration = DyingFileSystem.configuration(changes, death);
        write(DyingFileSystem.path(model), configuration, 2);
      } catch (IOException e) {
        assertTrue(DyingFileSystem.died(), e.toString());
      }
      finished = !DyingFileSystem.died();

      boolean first = holds(model, 1);
      boolean second = holds(model, 2);
      assertTrue(!finished || second);
      if (!first && !second) {
        assertThrows(InvarException.class, () -> readAll(model));
      }
      write(model, 2);
      assertHolds(model, 2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"architecture.yaml", "weights.safetensors", "preprocessing.json"})
  void aDamagedFileIsNamedWithBothHashes(String name) throws IOException {
    write(folder, 1);
    Path file = folder.resolve(name);
    byte[] bytes = Files.readAllBytes(file);
    for (int at = 0; at < bytes.length; at += 3) {
      byte[] damaged = bytes.clone();
      damaged[at] ^= 16;
      Files.write(file, damaged);
      String message = assertThrows(InvarException.class, () -> readAll(folder)).getMessage();
      assertTrue(message.contains(name + ": expected SHA-256 "), message);
      assertTrue(message.contains("found SHA-256 " + StoredFile.sha256(damaged)), message);
      assertTrue(message.contains("--resume") && !message.contains("\n"), message);
    }

    Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
    String message = assertThrows(InvarException.class, () -> readAll(folder)).getMessage();
    assertTrue(
        message.contains("expected " + bytes.length + " bytes, found " + (bytes.length - 1)),
        message);

    Files.delete(file);
    message = assertThrows(InvarException.class, () -> readAll(folder)).getMessage();
    assertTrue(message.contains(name + ": expected a file, found none"), message);
  }

  @Test
  void aDamagedListOfFilesIsRefused() throws IOException {
    write(folder, 1);
    Path file = folder.resolve("model.json");
    byte[] bytes = Files.readAllBytes(file);
    for (int length = 0; length < bytes.length - 2; length++) {
      Files.write(file, Arrays.copyOf(bytes, length));
      assertThrows(InvarException.class, () -> readAll(folder), length + " bytes");
    }
    for (int at = 0; at < bytes.length; at++) {
      byte[] damaged = bytes.clone();
      damaged[at] ^= 1;
      Files.write(file, damaged);
      // A flip in the white space between may go unnoticed, and does no harm.
      try {
        assertHolds(folder, 1);
      } catch (InvarException e) {
        assertTrue(e.getMessage().contains(folder.getFileName().toString()), e.getMessage());
      }
    }
  }

  @Test
  void aMissingModelIsSaidToBeMissing() {
    String message = assertThrows(InvarException.class, () -> readAll(folder)).getMessage();

    assertTrue(message.contains("expected a model, with a model.json"), message);
  }

  @Test
  void weightsOfAnotherNetworkAreRefusedByName() throws IOException {
    write(folder, 1);
    Layout other = CheckpointFixture.layout("dense1.kernel", Shape.of(5, 7), "b", Shape.of(5));

    String message =
        assertThrows(
                InvarException.class, () -> open(folder).weights(other, CheckpointFixture.STATE))
            .getMessage();

    assertTrue(message.contains("entry dense1.kernel: expected F32 5×7, found F32 7×5"), message);
  }

  private static boolean holds(Path model, long step) throws IOException {
    try {
      Weights found = readAll(model);
      return Arrays.equals(CheckpointFixture.weights(step).parameters(), found.parameters());
    } catch (InvarException e) {
      return false;
    }
  }

  private static void assertHolds(Path model, long step) throws IOException {
    CheckpointFixture.assertSame(CheckpointFixture.weights(step), readAll(model));
    assertEquals(ARCHITECTURE, open(model).architecture());
    assertEquals(PREPROCESSING, open(model).preprocessing(JsonNode.class));
  }

  private static Weights readAll(Path path) throws IOException {
    ModelDirectory model = open(path);
    assertEquals(ARCHITECTURE, model.architecture());
    assertEquals(PREPROCESSING, model.preprocessing(JsonNode.class));
    return model.weights(CheckpointFixture.PARAMETERS, CheckpointFixture.STATE);
  }

  private static ModelDirectory open(Path path) throws IOException {
    return ModelDirectory.open(
        new org.apache.hadoop.fs.Path(path.toUri()), CheckpointFixture.CONFIGURATION);
  }

  private static void write(Path path, long step) throws IOException {
    write(new org.apache.hadoop.fs.Path(path.toUri()), CheckpointFixture.CONFIGURATION, step);
  }

  private static void write(org.apache.hadoop.fs.Path path, Configuration configuration, long step)
      throws IOException {
    ModelDirectory.write(
        path,
        configuration,
        ARCHITECTURE,
        PREPROCESSING,
        CheckpointFixture.PARAMETERS,
        CheckpointFixture.STATE,
        CheckpointFixture.weights(step));
  }
}
