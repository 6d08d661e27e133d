package org.invar.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.invar.report.TextTable;
import org.invar.storage.Json;
import org.jspecify.annotations.Nullable;

/**
 * What {@link ExchangeBench} measured.
 *
 * @param machine where
 * @param settings of the measurement, in words
 * @param rows in the order in which they were measured
 * @param model fitted to the rows, or null where they do not suffice
 */
public record ExchangeResult(
    Machine machine, String settings, List<Row> rows, @Nullable StepTimeModel model) {
  private static final int[] EXECUTORS = {2, 4, 8, 16, 32, 64, 128, 256};
  private static final double[] GIGABITS = {10, 25};

  /**
   * Medians of one size, in milliseconds.
   *
   * @param floats P
   * @param workers N
   * @param steps measured
   * @param gang a step of the gang exchange, of the slowest worker
   * @param reduce of it until the sums are there, with the wait for the others
   * @param update of it by the averager
   * @param gather of it until all new values are there
   * @param processor time that a worker's thread had a processor, whatever else the machine did
   * @param bytes that a worker sends in a step, at most
   * @param bound of the gang's step: a copy of the vectors for one worker, else the same bytes over
   *     loopback
   * @param driver a step of the driver exchange
   */
  public record Row(
      int floats,
      int workers,
      int steps,
      double gang,
      double reduce,
      double update,
      double gather,
      double processor,
      long bytes,
      double bound,
      double driver) {
    /** Returns the bytes that a worker would send if slices were equal and nothing else sent. */
    long idealBytes() {
      return 2L * Float.BYTES * (workers - 1) * floats / workers;
    }

    String boundBy() {
      return workers == 1 ? "copy" : "loopback";
    }
  }

  /** Takes a copy. */
  public ExchangeResult {
    rows = List.copyOf(rows);
  }

  /** Returns tables for people. */
  public String text() {
    return "Exchange and update of one step: medians, in milliseconds\n\n"
        + table()
        + "\nMachine: "
        + machine
        + "\nSettings: "
        + settings
        + "\n"
        + (model == null
            ? "Model: not fitted; it takes one worker, and more than one\n"
            : prediction(model));
  }

  private String table() {
    TextTable table = TextTable.aligned("rrrrrrrrrrlrrr");
    table.row(
        "floats",
        "workers",
        "gang",
        "reduce",
        "update",
        "gather",
        "processor",
        "MB sent",
        "ideal",
        "bound",
        "by",
        "gang/bound",
        "driver",
        "driver/gang");
    for (Row row : rows) {
      table.row(
          String.format(Locale.ROOT, "%,d", row.floats()),
          String.valueOf(row.workers()),
          millis(row.gang()),
          millis(row.reduce()),
          millis(row.update()),
          millis(row.gather()),
          millis(row.processor()),
          millis(row.bytes() * 1e-6),
          millis(row.idealBytes() * 1e-6),
          millis(row.bound()),
          row.boundBy(),
          digits(1, row.gang() / row.bound()),
          millis(row.driver()),
          digits(1, row.driver() / row.gang()));
    }
    return table.render();
  }

  private static String prediction(StepTimeModel model) {
    var text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "Model: %.1f µs a peer, %.3f ns a byte, %.3f ns an addition, %.3f ns an update;"
                + " assumed: %.0f µs a hop, executors of %.0f GFLOP/s%n%n",
            model.peerMicros(),
            model.nanosPerByte(),
            model.nanosPerAdd(),
            model.nanosPerUpdate(),
            model.hopMicros(),
            Workload.GIGAFLOPS));
    text.append("Predicted exchange of a step in ms, and the part of a step that computes\n\n");
    List<String> heads = new ArrayList<>(List.of("executors"));
    for (Workload workload : Workload.ALL) {
      for (double gigabits : GIGABITS) {
        heads.add(workload.name() + " " + digits(0, gigabits) + " Gb/s");
        heads.add("computes");
      }
    }
    TextTable table = TextTable.aligned("r".repeat(heads.size()));
    table.row(heads);
    for (int executors : EXECUTORS) {
      List<String> cells = new ArrayList<>(List.of(String.valueOf(executors)));
      for (Workload workload : Workload.ALL) {
        for (double gigabits : GIGABITS) {
          double exchange = model.exchangeMillis(workload.floats(), executors, gigabits);
          double compute = workload.computeMillis();
          cells.add(millis(exchange));
          cells.add(digits(0, 100 * compute / (compute + exchange)) + " %");
        }
      }
      table.row(cells);
    }
    return text.append(table.render()).toString();
  }

  private static String millis(double value) {
    return digits(value < 10 ? 3 : value < 100 ? 2 : 1, value);
  }

  private static String digits(int digits, double value) {
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }

  /** Returns everything for programs; times are in milliseconds unless their names say else. */
  public ObjectNode json() {
    ObjectNode root = Json.MAPPER.createObjectNode();
    root.set("machine", Json.MAPPER.valueToTree(machine));
    root.put("settings", settings);
    ArrayNode all = root.putArray("rows");
    for (Row row : rows) {
      ObjectNode node = Json.MAPPER.valueToTree(row);
      all.add(node.put("idealBytes", row.idealBytes()).put("boundBy", row.boundBy()));
    }
    root.set("model", Json.MAPPER.valueToTree(model));
    return root;
  }
}
