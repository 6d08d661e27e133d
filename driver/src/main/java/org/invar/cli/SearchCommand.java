package org.invar.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import org.invar.checkpoint.RunDirectory.Mode;
import org.invar.search.Search;
import org.invar.search.SearchSpec;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code invar search SEARCH.yaml}. */
@Command(
    name = "search",
    description =
        "Searches for the best settings of a job, at random, with early stopping: many trials at"
            + " once, one on each core.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class SearchCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "SEARCH.yaml",
      description = "The search; see conf/search-digits.yaml.")
  @SuppressWarnings("NullAway.Init")
  private Path file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Replaces a setting of the search, for example trials=8 or stopping=none.")
  private final List<String> replaced = new ArrayList<>();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Where journal, trials and results go: any Hadoop path that executors share (default: the"
              + " search's directory, runs/NAME).")
  private @Nullable String out;

  @ArgGroup private @Nullable Existing existing;

  @Mixin private final SparkOptions spark = new SparkOptions();

  private final PrintStream console;

  /** What to do with a search that is there. */
  static final class Existing {
    @Option(names = "--resume", description = "Go on with the search; finished trials stay.")
    private boolean resume;

    @Option(names = "--overwrite", description = "Delete the search that is there.")
    private boolean overwrite;

    Existing() {}
  }

  SearchCommand(PrintStream console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    SearchSpec spec = SearchSpec.load(file, replaced.toArray(String[]::new));
    spark.run("invar search " + spec.settings().name(), session -> search(session, spec));
    return 0;
  }

  private void search(SparkSession session, SearchSpec spec) {
    try (SearchConsole report = Consoles.search(console, spec)) {
      Search search = Search.of(session, spec).mode(mode()).listener(report);
      if (out != null) {
        search.directory(out);
      }
      search.run();
    }
  }

  private Mode mode() {
    if (existing == null) {
      return Mode.NEW;
    }
    return existing.resume ? Mode.RESUME : existing.overwrite ? Mode.OVERWRITE : Mode.NEW;
  }
}
