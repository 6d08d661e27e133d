package org.invar.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.invar.gang.SmallRun;
import org.invar.kernel.Activation;
import org.invar.kernel.Window.Padding;
import org.invar.nn.BatchNorm;
import org.invar.nn.Conv2d;
import org.invar.nn.Dense;
import org.invar.nn.Dropout;
import org.invar.nn.Gru;
import org.invar.nn.Lstm;
import org.invar.nn.MaxPool2d;
import org.invar.nn.Reshape;
import org.invar.rows.ShardRows;
import org.invar.rows.SplitNames;
import org.invar.tensor.Shape;
import org.invar.tensor.Size;
import org.invar.tensor.Weights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * Passes leave nothing behind outside the heap: a process of its own, whose heap is whole from the
 * start and which no {@code System.gc()} helps, does not grow.
 */
class PassMemoryTest {
  private static final int SHARD = 1;
  private static final int FEWEST_ROWS = 5;
  private static final int WARM_UP = 500;
  private static final int PASSES = Boolean.getBoolean("invar.whole") ? 4_000 : 1_500;

  /** Of a pass, on the average; the JVM itself grows by some megabytes in all. */
  private static final int MOST_KIBIBYTES = 4;

  @Test
  @EnabledOnOs(OS.LINUX)
  void theProcessDoesNotGrow() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms512m",
                "-Xmx512m",
                "-XX:+AlwaysPreTouch",
                "-XX:+DisableExplicitGC",
                "-XX:TieredStopAtLevel=1",
                "-Dinvar.whole=" + Boolean.getBoolean("invar.whole"),
                "-cp",
                System.getProperty("java.class.path"),
                PassMemoryTest.class.getName())
            .redirectErrorStream(true)
            .start();
    String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), told);
    long grown = Long.parseLong(told.lines().reduce((first, last) -> last).orElse(""));
    assertTrue(grown < (long) PASSES * MOST_KIBIBYTES, PASSES + " passes left " + grown + " KiB");
  }

  /** Takes passes and prints by how many KiB the process grew, behind those that warm it up. */
  public static void main(String[] arguments) throws IOException {
    SmallRun small =
        SmallRun.of(
            "memory",
            new Reshape(Shape.of(4, 5, 1)),
            Conv2d.of(4, Size.square(3)).withPadding(Padding.SAME).withActivation(Activation.RELU),
            MaxPool2d.of(Size.square(2)),
            BatchNorm.of(),
            new Dropout(0.25),
            new Reshape(Shape.of(4, 4)),
            Lstm.of(8).withReturnSequences(true),
            Gru.of(8),
            Dense.of(3));
    RunPlan run = small.run();
    try (var weights = new FlatPair(run.network());
        var computer = new ShardComputer(run, weights);
        var buffer = new GradientBuffer(run.network())) {
      weights.write(
          new Weights(
              run.network().layout().initialValues(1),
              run.network().stateLayout().initialValues(1)));
      ShardRows rows = small.splits(1, 0).get(SplitNames.TRAIN).get(SHARD);
      take(computer, rows, WARM_UP, buffer);
      long before = residentKibibytes();
      take(computer, rows, PASSES, buffer);
      System.out.println(residentKibibytes() - before);
    }
  }

  /** Takes passes over all rows, over one row fewer, and so on. */
  private static void take(
      ShardComputer computer, ShardRows rows, int passes, GradientBuffer buffer) {
    int[] order = IntStream.range(0, rows.rows()).toArray();
    int sizes = rows.rows() - FEWEST_ROWS + 1;
    for (int pass = 0; pass < passes; pass++) {
      computer.gradient(rows, SHARD, order, 0, rows.rows() - pass % sizes, 0, pass, buffer);
    }
  }

  private static long residentKibibytes() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElseThrow();
    }
  }
}
