package org.invar.cli;

import java.util.List;
import org.invar.InvarException;
import org.invar.bench.ThroughputSettings;
import org.invar.config.ShardSetting;
import org.invar.kernel.onednn.Fastest;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What {@code invar bench --workloads} takes. */
final class ThroughputOptions {
  private static final String AUTO = "auto";

  @Option(
      names = "--workloads",
      split = ",",
      paramLabel = "NAME",
      description =
          "Measure the samples a second of whole trainings on this machine's cores: of mlp, lenet,"
              + " cnn, lstm, gru.")
  private List<String> workloads = List.of();

  @Option(
      names = "--global-batch",
      paramLabel = "ROWS",
      description = "Rows of a step (default: 256).")
  private @Nullable Integer globalBatch;

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      description = "How long a network trains before it is measured (default: 30).")
  private @Nullable Double warmUp;

  @Option(
      names = "--seconds",
      paramLabel = "SECONDS",
      description = "How long a window takes (default: 2).")
  private @Nullable Double seconds;

  @Option(
      names = "--repeats",
      paramLabel = "N",
      description = "Windows, of which the median counts (default: 3).")
  private @Nullable Integer repeats;

  @Option(names = "--threads", paramLabel = "N", description = "Cores (default: all).")
  private @Nullable Integer threads;

  @Option(
      names = "--shards",
      paramLabel = "V",
      description =
          "Shards of a batch: a number (default: a shard a core), or auto, which is then compared"
              + " with the default.")
  private @Nullable String shards;

  @Option(
      names = "--kernels",
      paramLabel = "NAME",
      description = "Refuse to compute with others (default: the best that there are).")
  private @Nullable String kernels;

  @Option(
      names = "--memory",
      description = "Tell the peak of the process's resident memory, in MiB.")
  private boolean memory;

  @Option(names = "--only-rates", description = "Do not tell where a step's time goes.")
  private boolean onlyRates;

  ThroughputOptions() {}

  /** Returns whether this is to be measured. */
  boolean wanted() {
    return !workloads.isEmpty();
  }

  /**
   * Returns what to measure.
   *
   * @throws IllegalArgumentException when an option has a value that cannot be; the message starts
   *     with its name
   */
  ThroughputSettings settings() {
    ThroughputSettings defaults = ThroughputSettings.of(workloads);
    int cores = threads == null ? defaults.threads() : threads;
    return new ThroughputSettings(
        defaults.networks(),
        globalBatch == null ? defaults.globalBatch() : globalBatch,
        warmUp == null ? defaults.warmUp() : warmUp,
        seconds == null ? defaults.seconds() : seconds,
        repeats == null ? defaults.repeats() : repeats,
        cores,
        cores < 1 ? defaults.shards() : shards(cores),
        !onlyRates,
        memory);
  }

  private ShardSetting shards(int cores) {
    if (AUTO.equals(shards)) {
      return new ShardSetting.Auto();
    }
    if (shards == null) {
      return new ShardSetting.Fixed(cores);
    }
    try {
      int count = Integer.parseInt(shards);
      if (count > 0) {
        return new ShardSetting.Fixed(count);
      }
    } catch (NumberFormatException e) {
      // As wrong as a number below 1.
    }
    throw new IllegalArgumentException(
        "shards=" + shards + " is neither auto nor a number above 0");
  }

  /**
   * Chooses the kernels, before anything has computed in this process.
   *
   * @throws InvarException when this process computes with others
   */
  void chooseKernels() {
    if (kernels == null) {
      return;
    }
    try {
      Fastest.named(kernels).close();
    } catch (IllegalArgumentException e) {
      throw InvarException.of(
          "--kernels " + kernels,
          "kernels that this build has for this processor",
          "none of that name",
          "Name native or portable, or leave it away.");
    }
    System.setProperty(Fastest.PROPERTY, kernels);
  }
}
