package org.invar.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.invar.report.EvaluationReport;
import org.invar.score.Evaluation;
import org.invar.score.TrainedModel;
import org.invar.source.Input;
import org.invar.source.Split;
import org.invar.source.WrittenFolder;
import org.invar.storage.RunFiles;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code invar evaluate DIR}. */
@Command(
    name = "evaluate",
    description =
        "Scores a trained model on a split of its data, or on other rows that have labels: loss,"
            + " metrics, confusion matrix.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class EvaluateCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "DIR", description = "The directory of a finished run.")
  @SuppressWarnings("NullAway.Init")
  private String directory;

  @Option(
      names = "--split",
      paramLabel = "SPLIT",
      description =
          "train, dev or test: the same rows as in training (default: test where there is one, else"
              + " dev, else train).")
  private @Nullable Split split;

  @Mixin private final SourceOptions source = new SourceOptions();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Replaces a setting of the run's job, such as a password, which the run has not kept: "
              + "data.train.options.password=…")
  private final List<String> settings = new ArrayList<>();

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description =
          "Also write everything, in full digits, to this file, in place of an earlier report.")
  private @Nullable String json;

  @Mixin private final SparkOptions spark = new SparkOptions();

  private final PrintStream out;

  EvaluateCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    if (split != null && source.given()) {
      throw InvarException.of(
          "--split",
          "a split of the run's data or other rows",
          "both",
          "Leave --split out to score the rows that --input and its like name.");
    }
    return spark.run("invar evaluate " + directory, this::evaluate);
  }

  private int evaluate(SparkSession session) {
    if (json != null) {
      WrittenFolder.of("--json " + json, json, session.sparkContext().hadoopConfiguration())
          .requireHoldsNone(source.paths());
      requireReport(session, json);
    }
    TrainedModel model = TrainedModel.load(session, directory);
    EvaluationReport report;
    if (source.given()) {
      Input input = source.open(session, model.preprocessing(), true);
      input.notes().forEach(note -> out.println("warning: " + note));
      report = new EvaluationReport(input.name(), model.evaluate(input));
    } else {
      Split chosen = split;
      if (chosen == null) {
        List<Split> splits = model.splits();
        chosen = splits.get(splits.size() - 1);
      }
      report =
          new EvaluationReport(
              chosen.label(), model.evaluate(chosen, settings.toArray(String[]::new)));
    }
    out.print(report.render());
    out.flush();
    if (json != null) {
      write(session, json, report.evaluation());
    }
    return 0;
  }

  private static void requireReport(SparkSession session, String file) {
    try {
      Path path = new Path(file);
      FileSystem files = RunFiles.fileSystem(path, session.sparkContext().hadoopConfiguration());
      if (files.exists(path)) {
        ReportFile.requireOwn(
            "--json " + file, () -> RunFiles.read(files, path), List.of("rows", "loss"));
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new InvarException("--json " + file + ": cannot be used: " + e + ".", e);
    }
  }

  private static void write(SparkSession session, String file, Evaluation evaluation) {
    try {
      Path path = new Path(file);
      var hadoop = session.sparkContext().hadoopConfiguration();
      byte[] bytes = evaluation.json().getBytes(StandardCharsets.UTF_8);
      RunFiles.overwrite(RunFiles.fileSystem(path, hadoop), path, bytes);
    } catch (IOException | IllegalArgumentException e) {
      throw new InvarException("--json " + file + ": cannot be written: " + e + ".", e);
    }
  }
}
