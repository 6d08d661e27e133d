package org.invar.cli;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Observation;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.invar.InvarException;
import org.invar.score.TrainedModel;
import org.invar.source.Input;
import org.invar.source.SparkFailures;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code invar predict DIR}. */
@Command(
    name = "predict",
    description = {
      "Scores rows with a trained model and writes them with the predictions.",
      "The columns of the input stay, of pictures path and label alone; of IDX files the index and,"
          + " where there are any, labels. For classes, prediction is the most probable one and"
          + " probability an array with each one's; with two classes and one output, that of the"
          + " second. For numbers, prediction is the number, or an array of several. A network"
          + " with an output at every step gives arrays, with an entry for each of a row's own"
          + " steps.",
      "CSV has no arrays: there, each class has a column, probability_NAME, each of several numbers"
          + " prediction_LABEL, and an array of the input, or of predictions of every step, is JSON"
          + " text."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class PredictCommand implements Callable<Integer> {
  private static final List<String> FORMATS = List.of("parquet", "csv", "json");

  @Parameters(index = "0", paramLabel = "DIR", description = "The directory of a finished run.")
  @SuppressWarnings("NullAway.Init")
  private String directory;

  @Mixin private final SourceOptions source = new SourceOptions();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "PATH",
      description = "The folder of files that Spark writes, on any Hadoop file system.")
  @SuppressWarnings("NullAway.Init")
  private String out;

  @Option(
      names = "--out-format",
      paramLabel = "FORMAT",
      description = "parquet, csv (with a header) or json (default: by the ending of --out).")
  private @Nullable String outFormat;

  @Option(
      names = "--prefix",
      paramLabel = "TEXT",
      description =
          "What stands in front of the names of the columns that are added (default: nothing), for an"
              + " input that has columns of these names.")
  private String prefix = "";

  @Option(
      names = "--overwrite",
      description = "First delete what predict wrote to --out before; it is refused otherwise.")
  private boolean overwrite;

  @Mixin private final SparkOptions spark = new SparkOptions();

  private final PrintStream console;

  PredictCommand(PrintStream console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    String format = PathFormat.of("--out-format", outFormat, out).toLowerCase(Locale.ROOT);
    if (!FORMATS.contains(format)) {
      throw InvarException.of(
          "--out-format", "one of " + String.join(", ", FORMATS), format, "Name one of these.");
    }
    return spark.run("invar predict " + directory, session -> predict(session, format));
  }

  private int predict(SparkSession session, String format) {
    Configuration hadoop = session.sparkContext().hadoopConfiguration();
    OutputPath written = OutputPath.of(out, overwrite, source.paths(), directory, hadoop);
    long start = System.nanoTime();
    TrainedModel model = TrainedModel.load(session, directory);
    Input input = source.open(session, model.preprocessing(), false);
    input.notes().forEach(note -> console.println("warning: " + note));
    Dataset<Row> scored = model.predict(input, prefix);
    Path target = written.writing();
    boolean whole = false;
    long rows;
    try {
      rows =
          SparkFailures.explained(
              input.name(),
              () ->
                  write(
                      format.equals("csv") ? FlatColumns.of(scored, model.preprocessing()) : scored,
                      format,
                      target.toString()));
      whole = true;
    } finally {
      if (!whole) {
        written.discard(target);
      }
    }
    written.complete(target);
    double seconds = (System.nanoTime() - start) / 1e9;
    console.printf(
        Locale.ROOT,
        "%,d rows with predictions are in %s, after %.1f s.%n",
        rows,
        written.path(),
        seconds);
    console.flush();
    return 0;
  }

  /** Writes, and returns the number of rows. */
  private static long write(Dataset<Row> rows, String format, String path)
      throws InterruptedException {
    var counted = new Observation();
    rows.observe(counted, functions.count(functions.lit(1)).as("rows"))
        .write()
        .format(format)
        .option("header", "true")
        .option("escape", "\"") // Quotes within quotes are doubled, as RFC 4180 has it.
        .mode(SaveMode.ErrorIfExists) // OutputPath has made room.
        .save(path);
    return (Long) Objects.requireNonNull(counted.getAsJava().get("rows"));
  }
}
