package org.invar.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.invar.InvarException;
import org.invar.bench.ExchangeBench;
import org.invar.bench.ExchangeResult;
import org.invar.bench.ExchangeSettings;
import org.invar.bench.ThroughputBench;
import org.invar.bench.ThroughputSettings;
import org.invar.storage.Json;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code invar bench --exchange} and {@code invar bench --workloads}. */
@Command(
    name = "bench",
    description =
        "Measures what training runs on this machine, against what the machine could do at best:"
            + " whole trainings in this process, or the exchange between processes that it starts.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class BenchCommand implements Callable<Integer> {
  @Option(
      names = "--exchange",
      description =
          "Measure the exchange and update of a step, among workers and through the driver.")
  private boolean exchange;

  @Option(
      names = "--floats",
      split = ",",
      paramLabel = "P",
      description = "Lengths of the parameter vector (default: ${DEFAULT-VALUE}).",
      defaultValue = "100000,1000000,10000000")
  private List<Integer> floats = List.of();

  @Option(
      names = "--workers",
      split = ",",
      paramLabel = "N",
      description = "Numbers of workers, each a process (default: ${DEFAULT-VALUE}).",
      defaultValue = "1,2,3,4")
  private List<Integer> workers = List.of();

  @Option(
      names = "--steps",
      paramLabel = "STEPS",
      description =
          "Steps to measure of each; half as many go before (default: two seconds of steps).")
  private @Nullable Integer steps;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Where to write the exchange's numbers, too, in place of an earlier report.")
  private @Nullable Path json;

  @Mixin private ThroughputOptions throughput = new ThroughputOptions();

  @Option(names = "--verbose", description = "Show Spark's log, and traces of errors.")
  private boolean verbose;

  private static final int MOST_REPORT_BYTES = 64 << 20;

  @Spec private CommandSpec spec = CommandSpec.create();

  private final PrintStream out;

  BenchCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    if (exchange == throughput.wanted()) {
      throw new CommandLine.ParameterException(
          spec.commandLine(),
          "bench: expected what to measure, --exchange or --workloads, found "
              + (exchange ? "both" : "neither"));
    }
    return exchange ? measureExchange() : measureThroughput();
  }

  private int measureThroughput() {
    ThroughputSettings settings = checked(throughput::settings);
    SparkOptions.logs(verbose);
    throughput.chooseKernels();
    ThroughputBench.run(settings, out::println);
    return 0;
  }

  private int measureExchange() {
    ExchangeSettings settings = checked(this::settings);
    if (json != null) {
      requireRoom(json);
    }
    SparkOptions.logs(verbose);
    ExchangeResult result = ExchangeBench.run(settings, out::println);
    out.println();
    out.print(result.text());
    if (json != null) {
      write(json, Json.text(result.json()));
    }
    return 0;
  }

  private ExchangeSettings settings() {
    ExchangeSettings settings = ExchangeSettings.of(floats, workers);
    return steps == null ? settings : settings.steps(steps);
  }

  private <T> T checked(Supplier<T> settings) {
    try {
      return settings.get();
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
    }
  }

  /** Found at the end, a wrong path would cost minutes. */
  private static void requireRoom(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(file)) {
      throw InvarException.of(
          "--json " + file, "a file in a folder that is there", "none", "Name another.");
    }
    if (Files.isRegularFile(file)) { // In a pipe or a terminal there is nothing to lose.
      ReportFile.requireOwn(
          "--json " + file, () -> report(file), List.of("machine", "settings", "rows", "model"));
    }
  }

  private static byte[] report(Path file) throws IOException {
    if (Files.size(file) > MOST_REPORT_BYTES) {
      throw new IOException("too large for a report");
    }
    return Files.readAllBytes(file);
  }

  private static void write(Path file, byte[] text) {
    try {
      Files.write(file, text);
    } catch (IOException e) {
      throw new InvarException("--json " + file + ": cannot be written: " + e + ".", e);
    }
  }
}
