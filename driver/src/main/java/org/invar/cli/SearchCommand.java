package org.invar.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.invar.search.Search;
import org.invar.search.SearchSpec;
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

  @Mixin private final RunOptions run = new RunOptions();

  @Mixin private final SparkOptions spark = new SparkOptions();

  private final PrintStream console;

  SearchCommand(PrintStream console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    SearchSpec spec = SearchSpec.load(file, replaced.toArray(String[]::new));
    return spark.run("invar search " + spec.settings().name(), session -> search(session, spec));
  }

  private int search(SparkSession session, SearchSpec spec) {
    List<Path> files = new ArrayList<>(List.of(file));
    if (spec.settings().job().isTextual()) {
      files.add(file.resolveSibling(spec.settings().job().textValue()));
    }
    Configuration hadoop = session.sparkContext().hadoopConfiguration();
    run.requireKept(spec.settings().directory(), files, hadoop);
    try (SearchConsole report = Consoles.search(console, spec)) {
      Search search = Search.of(session, spec).mode(run.mode()).listener(report);
      run.directory(search::directory);
      return search.run().best().isPresent() ? 0 : Main.FAILED;
    }
  }
}
