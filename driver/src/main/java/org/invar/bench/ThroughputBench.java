package org.invar.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.invar.config.Job;
import org.invar.config.ShardSetting;
import org.invar.train.Trainer;

/**
 * Measures how many samples a second training takes, through everything that training is: Spark in
 * this process, packed shards, the gang, Adam, commands that are sent ahead.
 *
 * <p>A network is first trained for half of the warm-up, which tells its speed, and then once for
 * so long that behind the other half all windows fit: what runs a few times a step HotSpot compiles
 * only after thousands of steps, and takes a core from the training meanwhile. No dev or test set,
 * and the checkpoints of a default run: none in its first ten seconds, and less than two percent of
 * the time.
 */
public final class ThroughputBench {
  /** Every tenth step leaves its timings. */
  private static final int FEWEST_STEPS = 10;

  /** Epochs grow no faster than that while speed is not known. */
  private static final double MOST_GROWTH = 30;

  private final ThroughputSettings settings;
  private final SparkSession spark;
  private final Path folder;
  private final ShapedRows rows;
  private int runs;

  private ThroughputBench(ThroughputSettings settings, SparkSession spark, Path folder)
      throws IOException {
    this.settings = settings;
    this.spark = spark;
    this.folder = folder;
    this.rows = ShapedRows.write(folder, settings.rows());
  }

  /**
   * Measures; no other Spark application may be under way in this JVM.
   *
   * @param out hears a JSON line a network, and behind it what else is wanted
   */
  public static void run(ThroughputSettings settings, Consumer<String> out) {
    try {
      Path folder = Files.createTempDirectory("invar-bench");
      try (LocalSession session = LocalSession.start(settings.threads())) {
        new ThroughputBench(settings, session.spark(), folder).run(out);
      } finally {
        delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write what is measured", e);
    }
  }

  private void run(Consumer<String> out) throws IOException {
    double peak = settings.breakdown() ? Flops.peak() : 0;
    for (PeerNetwork network : settings.networks()) {
      Throughput measured = measure(network, settings.shards());
      out.accept(measured.json());
      if (settings.shards() instanceof ShardSetting.Auto) {
        Throughput plain = measure(network, new ShardSetting.Fixed(settings.threads()));
        out.accept(plain.json());
        out.accept(measured.against(plain));
      }
      if (settings.breakdown()) {
        int shardRows = settings.rows() / measured.shards();
        LayerTimes layers =
            LayerTimes.of(
                measured.network(), shardRows, measured.shardBatch(), settings.seconds() / 2);
        out.accept(measured.breakdown(layers, peak));
      }
    }
  }

  private Throughput measure(PeerNetwork network, ShardSetting shards) throws IOException {
    double stepsPerSecond = stepsPerSecond(network, shards);
    int window = (int) Math.max(FEWEST_STEPS, settings.seconds() * stepsPerSecond);
    int measured = Math.multiplyExact(window, settings.repeats());
    int warmUp = (int) (settings.warmUp() / 2 * stepsPerSecond) + 1;
    ProcessMemory.resetPeak();
    StepClock clock = new StepClock();
    Path run = train(network, shards, epochs(Math.addExact(measured, warmUp)), clock);
    List<Window> windows = new ArrayList<>();
    int first = clock.steps() - measured;
    for (int from = first; from < clock.steps(); from += window) {
      windows.add(clock.window(from, from + window, settings.globalBatch()));
    }
    return new Throughput(
        Throughput.peer(settings.threads(), shards),
        network.name(),
        clock.network(),
        settings.globalBatch(),
        settings.threads(),
        clock.shards(),
        windows,
        StepTimes.read(run.resolve("metrics.jsonl"), first),
        settings.memory() ? ProcessMemory.peakMebibytes() : OptionalLong.empty());
  }

  private int stepsPerEpoch() {
    return settings.rows() / settings.globalBatch();
  }

  private int epochs(int steps) {
    return (steps + stepsPerEpoch() - 1) / stepsPerEpoch();
  }

  /** The speed in the second half of a training that takes half of the warm-up, or longer. */
  private double stepsPerSecond(PeerNetwork network, ShardSetting shards) throws IOException {
    double least = Math.max(settings.seconds(), settings.warmUp() / 2);
    double epochs = 1;
    while (true) {
      StepClock clock = new StepClock();
      train(network, shards, (int) Math.ceil(epochs), clock);
      double seconds = clock.seconds(1, clock.steps());
      if (seconds >= least) {
        int half = clock.steps() / 2;
        return (clock.steps() - half) / clock.seconds(half, clock.steps());
      }
      epochs *= Math.min(MOST_GROWTH, Math.max(2, 1.5 * least / seconds));
    }
  }

  private Path train(PeerNetwork network, ShardSetting shards, int epochs, StepClock clock) {
    Path directory = folder.resolve("run" + runs++);
    String text =
        """
        name: bench-%s
        data: {train: {format: idx, images: "%s", labels: "%s"}, scale: 255}
        model: {layers: %s}
        loss: softmaxCrossEntropy
        train: {epochs: %d, batchSize: %d, shards: %s, optimizer: adam, schedule: {constant: 0.001}}
        """
            .formatted(
                network.name(),
                rows.images(),
                rows.labels(),
                network.layers(),
                epochs,
                settings.globalBatch(),
                shards instanceof ShardSetting.Fixed fixed ? fixed.count() : "auto");
    Job job = Job.parse(text, "bench of " + network.name());
    Trainer.of(spark, job).directory(directory.toString()).listener(clock).train();
    return directory;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.delete(file);
      }
    }
  }
}
