package org.invar.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.invar.storage.Json;
import org.invar.storage.SliceContent;
import org.invar.storage.SliceFile;
import org.invar.storage.Slices;
import org.invar.storage.Span;
import org.invar.tensor.Initializer;
import org.invar.tensor.Layout;
import org.invar.tensor.Layout.Spec;
import org.invar.tensor.Shape;
import org.invar.tensor.Weights;
import org.jspecify.annotations.Nullable;

/** A small run: what its checkpoint at a step holds, and whether one read back holds that. */
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

  /** All that a checkpoint is to hold. */
  record Snapshot(
      long step,
      JsonNode position,
      Weights weights,
      List<float[]> moments,
      @Nullable Best best,
      List<String> metrics) {}

  /** The best model so far. */
  record Best(long step, Weights weights) {}

  /** Returns the snapshot of a step; every third step is a new best, starting with the second. */
  static Snapshot checkpoint(long step) {
    ObjectNode position =
        JsonNodeFactory.instance.objectNode().put("epoch", step / 4).put("loss", 1 / (step + 0.1));
    position.putArray("shards").add("ab\u00fc").add(Double.MIN_VALUE);
    List<String> metrics = new ArrayList<>();
    for (int line = 0; line < Math.min(step, 20); line++) {
      metrics.add("{\"step\":" + line + "}");
    }
    long bestStep = step - Math.floorMod(step - 2, 3);
    Best best = bestStep < 0 ? null : new Best(bestStep, weights(bestStep));
    List<float[]> moments = List.of(vector(100 + step, PARAMETERS), vector(200 + step, PARAMETERS));
    return new Snapshot(step, position, weights(step), moments, best, metrics);
  }

  /** Saves a snapshot as the slices of as many workers as its step says, one to five. */
  static Path save(CheckpointStore store, Snapshot snapshot) throws IOException {
    return save(store, snapshot, 1 + (int) (snapshot.step() % 5));
  }

  /** Saves a snapshot with other lines of metrics. */
  static Path save(CheckpointStore store, Snapshot snapshot, MetricsLines metrics)
      throws IOException {
    return save(store, snapshot, metrics, 1 + (int) (snapshot.step() % 5));
  }

  /** Saves a snapshot as the slices of several workers. */
  static Path save(CheckpointStore store, Snapshot snapshot, int workers) throws IOException {
    try (MetricsSpool spool = spool(snapshot.metrics())) {
      return save(store, snapshot, spool.soFar(), workers);
    }
  }

  private static Path save(
      CheckpointStore store, Snapshot snapshot, MetricsLines metrics, int workers)
      throws IOException {
    CheckpointName name = store.next(snapshot.step());
    List<SliceFile> slices =
        write(store, name.slices(), snapshot.weights(), snapshot.moments(), workers);
    Kept kept = null;
    Best best = snapshot.best();
    if (best != null) {
      kept =
          best.step() == snapshot.step()
              ? new Kept(best.step(), slices)
              : store.kept(best.step()).orElse(null);
      kept =
          kept == null
              ? new Kept(best.step(), write(store, name.kept(), best.weights(), List.of(), workers))
              : kept;
    }
    return store.complete(name, snapshot.position(), slices, kept, metrics);
  }

  /** Returns the lines as a run has them. */
  static MetricsSpool spool(List<String> lines) throws IOException {
    MetricsSpool spool = MetricsSpool.create();
    for (String line : lines) {
      spool.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }
    return spool;
  }

  /** Returns the lines that a checkpoint holds; the last has its end, too. */
  static List<String> lines(SavedMetrics metrics) throws IOException {
    var bytes = new ByteArrayOutputStream();
    metrics.writeTo(bytes);
    String text = bytes.toString(StandardCharsets.UTF_8);
    assertTrue(text.isEmpty() || text.endsWith("\n"), text);
    return text.lines().toList();
  }

  /** Writes vectors as several workers do. */
  static List<SliceFile> write(
      CheckpointStore store, String prefix, Weights weights, List<float[]> moments, int workers)
      throws IOException {
    List<SliceFile> slices = new ArrayList<>();
    for (int rank = 0; rank < workers; rank++) {
      int from = weights.parameters().length * rank / workers;
      int to = weights.parameters().length * (rank + 1) / workers;
      int stateFrom = weights.state().length * rank / workers;
      int stateTo = weights.state().length * (rank + 1) / workers;
      var content =
          new SliceContent(
              Span.within(weights.parameters(), from, to),
              moments.stream().map(moment -> Span.within(moment, from, to)).toList(),
              Span.within(weights.state(), stateFrom, stateTo));
      Path file = new Path(store.directory(), SliceFile.name(prefix, rank, workers));
      slices.add(Slices.write(store.fileSystem(), file, content));
    }
    return slices;
  }

  /** Reads a checkpoint's vectors as a worker does that goes on from it. */
  static Snapshot read(CheckpointStore store, SavedCheckpoint saved) throws IOException {
    Weights weights = store.weights(saved.slices());
    List<float[]> moments = new ArrayList<>();
    for (int i = 0; i < saved.slices().get(0).moments(); i++) {
      moments.add(new float[weights.parameters().length]);
    }
    Slices.read(
        store.fileSystem(),
        store.directory(),
        saved.slices(),
        new SliceContent(
            Span.of(weights.parameters()),
            moments.stream().map(Span::of).toList(),
            Span.of(weights.state())));
    Kept kept = saved.kept();
    return new Snapshot(
        saved.step(),
        saved.position(),
        weights,
        moments,
        kept == null ? null : new Best(kept.step(), store.weights(kept.slices())),
        lines(saved.metrics()));
  }

  /**
   * Returns the newest checkpoint; one that is found must be, in all its parts, that of its step.
   */
  static Optional<SavedCheckpoint> newestWhole(CheckpointStore store) throws IOException {
    Optional<SavedCheckpoint> found = store.newest();
    if (found.isPresent()) {
      assertWhole(read(store, found.get()));
    }
    return found;
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

  private static void assertWhole(Snapshot found) {
    Snapshot expected = checkpoint(found.step());
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

  static CheckpointStore store(java.nio.file.Path directory, int keep) throws IOException {
    return store(directory, keep, line -> {});
  }

  static CheckpointStore store(java.nio.file.Path directory, int keep, Consumer<String> notice)
      throws IOException {
    return store(new Path(directory.toUri()), CONFIGURATION, keep, notice);
  }

  static CheckpointStore store(
      Path directory, Configuration configuration, int keep, Consumer<String> notice)
      throws IOException {
    return CheckpointStore.of(directory, configuration, PARAMETERS, STATE, keep, () -> {}, notice);
  }

  static List<String> names(java.nio.file.Path directory) throws IOException {
    try (Stream<java.nio.file.Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  static List<String> manifests(java.nio.file.Path directory) throws IOException {
    return names(directory).stream().filter(name -> name.endsWith(".manifest.json")).toList();
  }
}
