package org.invar.cli;

import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import org.invar.config.Job;
import org.invar.report.ConsoleReport;
import org.invar.train.Trainer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code invar train JOB.yaml}. */
@Command(
    name = "train",
    description = "Trains the network of a job.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class TrainCommand implements Callable<Integer> {
  @Mixin private final JobOptions job = new JobOptions();

  @Mixin private final RunOptions run = new RunOptions();

  @Mixin private final SparkOptions spark = new SparkOptions();

  private final PrintStream console;

  TrainCommand(PrintStream console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Job described = job.job();
    return spark.run("invar train " + described.name(), session -> train(session, described));
  }

  private int train(SparkSession session, Job described) {
    run.requireKept(
        described.settings().checkpoint().directory(),
        List.of(job.file()),
        session.sparkContext().hadoopConfiguration());
    try (ConsoleReport report = Consoles.report(console)) {
      Trainer trainer = Trainer.of(session, described).mode(run.mode()).listener(report);
      run.directory(trainer::directory);
      trainer.train();
      return 0;
    }
  }
}
