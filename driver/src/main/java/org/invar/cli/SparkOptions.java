package org.invar.cli;

import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every command that uses Spark takes, and the session that it gets. */
final class SparkOptions {
  @Option(
      names = "--master",
      paramLabel = "MASTER",
      description =
          "Spark's master where spark-submit was not told one: local[*], local[2], spark://host:7077, …")
  private @Nullable String master;

  @Option(names = "--verbose", description = "Show Spark's log, and traces of errors.")
  private boolean verbose;

  SparkOptions() {}

  /** Returns the session; the JVM ends with the command, and Spark with it. */
  SparkSession session(String name) {
    Configurator.setRootLevel(verbose ? Level.INFO : Level.ERROR);
    Configurator.setLevel("org.apache.spark", verbose ? Level.INFO : Level.ERROR);
    Configurator.setLevel("org.invar", verbose ? Level.INFO : Level.WARN);
    SparkSession.Builder builder = SparkSession.builder().appName(name);
    if (master != null) {
      builder.master(master);
    } else if (System.getProperty("spark.master") == null) {
      builder.master("local[*]");
    }
    return builder.getOrCreate();
  }
}
