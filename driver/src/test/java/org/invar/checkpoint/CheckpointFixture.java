package org.invar.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.invar.param.Initializer;
import org.invar.param.Layout;
import org.invar.param.Layout.Spec;
import org.invar.param.Shape;
import org.invar.param.Weights;
import org.invar.storage.Json;

/** A small run: what its checkpoint at a step is, and whether one read back is that. */
final class CheckpointFixture {
  static final Layout PARAMETERS =
      layout("dense1.kernel", Shape.of(7, 5), "dense1.bias", Shape.of(5));
  static final Layout STATE = layout("norm1.mean", Shape.of(3), "norm1.variance", Shape.of(3));

  /** Reading Hadoop's defaults takes longer than most tests. */
  static final Configuration CONFIGURATION = new Configuration();

  private CheckpointFixture() {}

  static Layout layout(String first, Shape firstShape, String second, Shape secondShape) {
    var zeros = new Initializer.Zeros();
    return Layout.of(
        List.of(Spec.decayed(first, firstShape, zeros), Spec.plain(second, secondShape, zeros)));
  }

  /** Returns the checkpoint of a step; every third step is a new best, starting with the second. */
  static Checkpoint checkpoint(long step) {
    ObjectNode position =
        JsonNodeFactory.instance.objectNode().put("epoch", step / 4).put("loss", 1 / (step + 0.1));
    position.putArray("shards").add("ab\u00fc").add(Double.MIN_VALUE);
    List<String> metrics = new ArrayList<>();
    for (int line = 0; line < Math.min(step, 20); line++) {
      metrics.add("{\"step\":" + line + "}");
    }
    long bestStep = step - Math.floorMod(step - 2, 3);
    Checkpoint.Best best = bestStep < 0 ? null : new Checkpoint.Best(bestStep, weights(bestStep));
    List<float[]> moments = List.of(vector(100 + step, PARAMETERS), vector(200 + step, PARAMETERS));
    return new Checkpoint(step, position, weights(step), moments, best, metrics);
  }

  static Weights weights(long step) {
    return new Weights(vector(300 + step, PARAMETERS), vector(400 + step, STATE));
  }

  private static float[] vector(long seed, Layout layout) {
    float[] values = new float[layout.length()];
    var random = new Random(seed);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Checks that a checkpoint is, in all its parts, the one of its step. */
  static void assertWhole(Checkpoint found) {
    Checkpoint expected = checkpoint(found.step());
    assertEquals(Json.line(expected.position()), Json.line(found.position()));
    assertEquals(expected.metrics(), found.metrics());
    assertSame(expected.weights(), found.weights());
    assertEquals(expected.moments().size(), found.moments().size());
    for (int i = 0; i < expected.moments().size(); i++) {
      assertArrayEquals(expected.moments().get(i), found.moments().get(i));
    }
    if (expected.best() == null) {
      assertEquals(null, found.best());
    } else {
      assertNotNull(found.best());
      assertEquals(expected.best().step(), found.best().step());
      assertSame(expected.best().weights(), found.best().weights());
    }
  }

  static void assertSame(Weights expected, Weights found) {
    assertArrayEquals(expected.parameters(), found.parameters());
    assertArrayEquals(expected.state(), found.state());
  }

  static CheckpointStore store(Path directory, int keep) throws IOException {
    return store(directory, keep, line -> {});
  }

  static CheckpointStore store(Path directory, int keep, Consumer<String> notice)
      throws IOException {
    return store(new org.apache.hadoop.fs.Path(directory.toUri()), CONFIGURATION, keep, notice);
  }

  static CheckpointStore store(
      org.apache.hadoop.fs.Path directory,
      Configuration configuration,
      int keep,
      Consumer<String> notice)
      throws IOException {
    return CheckpointStore.of(directory, configuration, PARAMETERS, STATE, keep, notice);
  }

  static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  static List<String> manifests(Path directory) throws IOException {
    return names(directory).stream().filter(name -> name.endsWith(".manifest.json")).toList();
  }
}
