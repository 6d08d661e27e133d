package org.invar.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.invar.config.ShardSetting;
import org.invar.nn.Network;
import org.invar.report.TextTable;
import org.invar.storage.Json;

/**
 * What the training of a network reached.
 *
 * @param peer who computed, as the lines of other libraries name themselves
 * @param workload the network's name
 * @param network its layers
 * @param globalBatch the rows of a step
 * @param threads that computed
 * @param shards V
 * @param windows in which it was measured
 * @param steps where a step's time went
 * @param peakMebibytes the process's peak of resident memory during this training, if it is known
 */
record Throughput(
    String peer,
    String workload,
    Network network,
    int globalBatch,
    int threads,
    int shards,
    List<Window> windows,
    StepTimes steps,
    OptionalLong peakMebibytes) {

  /** Returns the name of Invar on some cores of one process. */
  static String peer(int threads, ShardSetting shards) {
    return "invar-local-"
        + threads
        + "threads"
        + (shards instanceof ShardSetting.Auto ? "-auto" : "");
  }

  /** Returns the line that other libraries' benchmarks print, too. */
  String json() {
    ObjectNode line =
        Json.MAPPER
            .createObjectNode()
            .put("peer", peer)
            .put("workload", workload)
            .put("globalBatch", globalBatch)
            .put("samplesPerSecond", Math.round(samplesPerSecond()));
    ArrayNode times = line.putArray("windows");
    for (Window window : windows) {
      times
          .addObject()
          .put("end", Math.round(window.end() * 1e3) / 1e3)
          .put("seconds", Math.round(window.seconds() * 1e3) / 1e3)
          .put("samplesPerSecond", Math.round(window.samplesPerSecond()));
    }
    peakMebibytes.ifPresent(mebibytes -> line.put("peakMebibytes", mebibytes));
    return Json.line(line);
  }

  /** Returns the median over the windows. */
  double samplesPerSecond() {
    return Median.of(windows, Window::samplesPerSecond);
  }

  /** Returns the rows that the largest shard's part of a batch has. */
  int shardBatch() {
    return (globalBatch + shards - 1) / shards;
  }

  /** Returns the milliseconds of a step. */
  double millis() {
    return 1e3 * globalBatch / samplesPerSecond();
  }

  /** Returns what this costs against another way of cutting batches, in a sentence. */
  String against(Throughput other) {
    String memory =
        peakMebibytes.isPresent() && other.peakMebibytes.isPresent()
            ? String.format(
                Locale.ROOT,
                " and %+d MiB of memory",
                peakMebibytes.getAsLong() - other.peakMebibytes.getAsLong())
            : "";
    return String.format(
        Locale.ROOT,
        "%s: shards: auto is %d; against %d, a shard a core, it costs %.1f %% of the samples a"
            + " second%s.",
        workload,
        shards,
        other.shards,
        100 * (1 - samplesPerSecond() / other.samplesPerSecond()),
        memory);
  }

  /**
   * Returns where a step's time goes, for people.
   *
   * @param layers of one thread
   * @param peak operations a second of a core
   */
  String breakdown(LayerTimes layers, double peak) {
    double reached = Flops.ofSample(network) * samplesPerSecond();
    return String.format(
            Locale.ROOT,
            "%n%s: a step of %d samples, %d shards on %d threads, in ms%n%s"
                + "%n%s: a shard's %d samples on one thread, in ms%n%s"
                + "%n%s: %.3f MFLOP a sample, %.1f GFLOP/s: %.1f %% of what %d cores do at best,"
                + " %.1f GFLOP/s each%n",
            workload,
            globalBatch,
            shards,
            threads,
            stepTable(),
            workload,
            shardBatch(),
            layerTable(layers),
            workload,
            Flops.ofSample(network) * 1e-6,
            reached * 1e-9,
            100 * reached / (peak * threads),
            threads,
            peak * 1e-9)
        .stripTrailing();
  }

  private String stepTable() {
    return TextTable.aligned("rrrrrrr")
        .row("compute", "wait", "reduce", "update", "gather", "between", "step")
        .row(
            millis(steps.compute()),
            millis(steps.waiting()),
            millis(steps.reduce()),
            millis(steps.update()),
            millis(steps.gather()),
            millis(millis() - steps.millis()),
            millis(millis()))
        .render();
  }

  private static String layerTable(LayerTimes layers) {
    TextTable table = TextTable.aligned("lrr").row("part", "forward", "backward");
    table.row("data", millis(layers.data()), "");
    for (int i = 0; i < layers.names().size(); i++) {
      table.row(
          layers.names().get(i), millis(layers.forward().get(i)), millis(layers.backward().get(i)));
    }
    table.row("loss", millis(layers.loss()), "");
    table.row("rest", "", millis(layers.rest()));
    double forward = layers.data() + LayerTimes.sum(layers.forward()) + layers.loss();
    double backward = LayerTimes.sum(layers.backward()) + layers.rest();
    return table.row("total", millis(forward), millis(backward)).render();
  }

  private static String millis(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }
}
