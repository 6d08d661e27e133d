package org.invar.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.invar.InvarException;
import org.invar.config.Job;
import org.invar.config.yaml.YamlDocument;
import org.invar.search.SearchSpec;
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

  /**
   * Returns the job.
   *
   * @throws InvarException when it cannot be read, or the file is that of a search
   */
  Job job() {
    if (isSearch()) {
      throw InvarException.of(
          file.toString(),
          "a job",
          "a search, which has a space",
          "Start it with bin/invar search; bin/invar explain shows it.");
    }
    return Job.load(file, settings.toArray(String[]::new));
  }

  /** Returns the search that the file is of, its settings replaced; empty for a job's. */
  Optional<SearchSpec> search() {
    return isSearch()
        ? Optional.of(SearchSpec.load(file, settings.toArray(String[]::new)))
        : Optional.empty();
  }

  /** Returns the job's file. */
  Path file() {
    return file;
  }

  private boolean isSearch() {
    return YamlDocument.read(file).root().has("space");
  }
}
