package org.invar.peers;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Training throughput of other libraries on the JVM, in the lines that {@code pytorch_bench.py}
 * prints: the median over windows of samples a second, forward, backward and update.
 */
@Command(name = "peers", mixinStandardHelpOptions = true, sortOptions = false)
public final class Peers implements Callable<Integer> {
  /** A library that trains the networks. */
  interface Peer {
    /**
     * Trains one network and prints a line for each configuration, or nothing where the library has
     * no such network.
     */
    void measure(String workload, Pace pace);
  }

  /**
   * How to measure.
   *
   * @param globalBatch the rows of a step
   * @param seconds how long a window takes
   * @param repeats the number of windows
   */
  record Pace(int globalBatch, double seconds, int repeats) {
    /** Returns the median of an odd number of rates; of an even number, the upper middle one. */
    static double median(double[] rates) {
      double[] sorted = rates.clone();
      Arrays.sort(sorted);
      return sorted[sorted.length / 2];
    }
  }

  @Option(names = "--peer", required = true, description = "dl4j or spark.ml")
  private String peer = "";

  @Option(names = "--workloads", split = ",", defaultValue = "mlp,lenet,cnn,lstm,gru")
  private List<String> workloads = List.of();

  @Option(names = "--global-batch", defaultValue = "256")
  private int globalBatch;

  @Option(names = "--seconds", defaultValue = "2")
  private double seconds;

  @Option(names = "--repeats", defaultValue = "3")
  private int repeats;

  private Peers() {}

  /** Prints a line a configuration. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Peers()).execute(arguments));
  }

  @Override
  public Integer call() {
    Peer library =
        switch (peer) {
          case "dl4j" -> new Dl4j();
          case "spark.ml" -> new SparkMl();
          default -> throw new IllegalArgumentException("--peer " + peer + " is no peer");
        };
    for (String workload : workloads) {
      library.measure(workload, new Pace(globalBatch, seconds, repeats));
    }
    return 0;
  }

  static void report(String peer, String workload, int rows, double samplesPerSecond) {
    System.out.printf(
        Locale.ROOT,
        "{\"peer\": \"%s\", \"workload\": \"%s\", \"globalBatch\": %d, \"samplesPerSecond\": %d}%n",
        peer,
        workload,
        rows,
        Math.round(samplesPerSecond));
  }
}
