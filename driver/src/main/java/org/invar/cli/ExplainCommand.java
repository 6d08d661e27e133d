package org.invar.cli;

import java.io.PrintStream;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import org.invar.config.Job;
import org.invar.exchange.GangOptions;
import org.invar.exchange.SparkStop;
import org.invar.prepare.Preparation;
import org.invar.report.GroupTable;
import org.invar.report.LayerTable;
import org.invar.report.MemoryEstimate;
import org.invar.report.TextTable;
import org.invar.search.SearchSpec;
import org.invar.source.DescribedColumn;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code invar explain JOB.yaml}. */
@Command(
    name = "explain",
    description =
        "Prints the settings of a job, or of a search, with every default, the job's layers, the"
            + " columns of its data with role and statistics, and the memory that a worker needs;"
            + " refuses what train would refuse before its first step.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class ExplainCommand implements Callable<Integer> {
  @Mixin private final JobOptions job = new JobOptions();
  @Mixin private final SparkOptions spark = new SparkOptions();
  private final PrintStream out;

  ExplainCommand(PrintStream out) {
    this.out = out;
  }

  /** Prints the settings, and returns the job: a search's is that which its trials vary. */
  private Job described() {
    Optional<SearchSpec> search = job.search();
    if (search.isEmpty()) {
      Job described = job.job();
      out.println("# The job, with every default");
      out.print(described.yaml());
      return described;
    }
    SearchSpec spec = search.get();
    out.println("# The search, with every default, its space and its job");
    out.print(spec.yaml());
    out.println();
    out.println(
        "%s: %d trials of up to %d epochs of %s; bin/invar search starts them. Of %s itself:"
            .formatted(
                spec.settings().name(),
                spec.settings().trials(),
                spec.mostEpochs(),
                spec.job().name(),
                spec.job().name()));
    return spec.job();
  }

  private static String columns(Preparation preparation) {
    TextTable table =
        TextTable.aligned("lllrrl")
            .row("column", "type", "role", "values", "missing", "statistics");
    for (DescribedColumn column : preparation.columns()) {
      table.row(
          column.name(),
          column.type(),
          column.role(),
          String.valueOf(column.values()),
          String.valueOf(column.missing()),
          column.statistics());
    }
    return table.render();
  }

  @Override
  public Integer call() {
    Job described = described();
    SparkSession session = spark.session("invar explain " + described.name());
    try {
      Preparation preparation = Preparation.of(session, described, null);
      out.println();
      out.println(new LayerTable(preparation.network()).render());
      GroupTable.of(preparation.network(), described.settings().train().rule())
          .ifPresent(table -> out.println(table.render()));
      out.println(columns(preparation));
      preparation.checkMemory(warning -> out.println("warning: " + warning));
      preparation.notes().forEach(note -> out.println("warning: " + note));
      Preparation.Explanation explanation = preparation.explain();
      explanation.notes().forEach(note -> out.println("warning: " + note));
      out.println(
          "%d rows to train on, %d shards, %d steps an epoch"
              .formatted(explanation.rows(), explanation.shards(), explanation.stepsPerEpoch()));
      var memory =
          MemoryEstimate.of(
              preparation.network(),
              described.settings().train().rule(),
              explanation.rowsOfShardAndBatch());
      out.println(memory.render());
      TextTable table = TextTable.aligned("ll").row("Spark's setting", "in effect");
      GangOptions.of(session.sparkContext().conf()).settings().forEach(table::row);
      out.println(table.render());
    } finally {
      SparkStop.stop(session.sparkContext());
    }
    return 0;
  }
}
