package org.invar.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.invar.config.Job;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The job that a command works on. */
final class JobOptions {
  @Parameters(
      index = "0",
      paramLabel = "JOB.yaml",
      description = "The job; see conf/ for examples.")
  @SuppressWarnings("NullAway.Init")
  private Path file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Replaces a setting, for example train.epochs=2 or model.layers[1].dense.units=64.")
  private final List<String> settings = new ArrayList<>();

  JobOptions() {}

  Job job() {
    return Job.load(file, settings.toArray(String[]::new));
  }
}
