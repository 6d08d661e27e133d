package org.invar.cli;

import java.io.PrintStream;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import org.invar.checkpoint.RunDirectory.Mode;
import org.invar.config.Job;
import org.invar.report.ConsoleReport;
import org.invar.train.Trainer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code invar train JOB.yaml}. */
@Command(
    name = "train",
    description = "Trains the network of a job.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class TrainCommand implements Callable<Integer> {
  @Mixin private final JobOptions job = new JobOptions();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Where checkpoints, metrics and the model go: any Hadoop path (default: the job's"
              + " checkpoint.directory, runs/NAME).")
  private @Nullable String out;

  @ArgGroup private @Nullable Existing existing;

  @Mixin private final SparkOptions spark = new SparkOptions();

  private final PrintStream console;

  /** What to do with a run that is there. */
  static final class Existing {
    @Option(names = "--resume", description = "Go on from the newest checkpoint.")
    private boolean resume;

    @Option(names = "--overwrite", description = "Delete the run that is there.")
    private boolean overwrite;

    Existing() {}
  }

  TrainCommand(PrintStream console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Job described = job.job();
    SparkSession session = spark.session("invar train " + described.name());
    try (ConsoleReport report = Consoles.report(console)) {
      Trainer trainer = Trainer.of(session, described).mode(mode()).listener(report);
      if (out != null) {
        trainer.directory(out);
      }
      trainer.train();
    } finally {
      session.stop();
    }
    return 0;
  }

  private Mode mode() {
    if (existing == null) {
      return Mode.NEW;
    }
    return existing.resume ? Mode.RESUME : existing.overwrite ? Mode.OVERWRITE : Mode.NEW;
  }
}
