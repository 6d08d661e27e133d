package org.invar.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.function.ToIntFunction;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.spark.sql.SparkSession;
import org.invar.exchange.SparkStop;
import org.invar.source.SparkFailures;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every command that uses Spark takes, and the session that it gets. */
final class SparkOptions {
  /** These log the trace of a failed task, of which the command prints what matters. */
  private static final List<String> OF_FAILED_TASKS =
      List.of(
          "org.apache.spark.SparkContext",
          "org.apache.spark.TaskContextImpl",
          "org.apache.spark.executor.Executor",
          "org.apache.spark.scheduler.TaskSchedulerImpl",
          "org.apache.spark.scheduler.TaskSetManager",
          "org.apache.spark.sql.execution.datasources.FileFormatWriter",
          "org.apache.spark.util.Utils");

  /** How deep Spark looks in a failure for an error that ends its executor. */
  private static final String END_BY_TASK = "spark.executor.killOnFatalError.depth";

  @Option(
      names = "--master",
      paramLabel = "MASTER",
      description =
          "Spark's master where spark-submit was not told one: local[*], local[2], spark://host:7077, …")
  private @Nullable String master;

  @Option(names = "--verbose", description = "Show Spark's log, and traces of errors.")
  private boolean verbose;

  SparkOptions() {}

  /**
   * Gives the command a session and returns its exit code; one that was there before outlives it.
   */
  int run(String name, ToIntFunction<SparkSession> command) {
    boolean ours = SparkSession.getDefaultSession().isEmpty();
    SparkSession session = session(name);
    try {
      return command.applyAsInt(session);
    } finally {
      if (ours) {
        boolean interrupted = Thread.interrupted(); // Else nothing of Spark would end in order.
        SparkStop.stop(session.sparkContext());
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }

  /** Returns the session; the JVM ends with the command, and Spark with it. */
  SparkSession session(String name) {
    logs(verbose);
    SparkSession.Builder builder = SparkSession.builder().appName(name);
    builder.master(master());
    if (master().equals("local") || master().startsWith("local[")) {
      // It is this process that would end, for a task that has no memory.
      builder.config(END_BY_TASK, System.getProperty(END_BY_TASK, "0"));
    }
    TaskCpus.check(System::getProperty, master());
    try (FairPools pools = FairPools.of(builder, SparkSession.class.getClassLoader())) {
      SparkSession session = SparkFailures.started(pools::session);
      Interruption.jobsBegin();
      return session;
    }
  }

  private String master() {
    return master == null ? System.getProperty("spark.master", "local[*]") : master;
  }

  /** Shows Spark's log, or only what is wrong. */
  static void logs(boolean verbose) {
    Configurator.setRootLevel(verbose ? Level.INFO : Level.ERROR);
    Configurator.setLevel("org.apache.spark", verbose ? Level.INFO : Level.ERROR);
    for (String logger : OF_FAILED_TASKS) {
      Configurator.setLevel(logger, verbose ? Level.INFO : Level.OFF);
    }
    Configurator.setLevel("org.invar", verbose ? Level.INFO : Level.WARN);
  }

  /**
   * Lets only the command itself say something more, unless Spark's log is shown: its executors may
   * end before it does, which it tells at length, past its log too.
   */
  static void silence() {
    if (LogManager.getRootLogger().getLevel().isMoreSpecificThan(Level.WARN)) {
      Configurator.setAllLevels(LogManager.ROOT_LOGGER_NAME, Level.OFF);
      System.setErr(new PrintStream(OutputStream.nullOutputStream(), false, UTF_8));
    }
  }
}
