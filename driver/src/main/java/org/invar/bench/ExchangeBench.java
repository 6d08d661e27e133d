package org.invar.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaSparkContext;
import org.invar.bench.ExchangeResult.Row;
import org.invar.gang.ExchangeProbe.Pace;
import org.invar.gang.ExchangeProbe.Series;
import org.invar.gang.ExchangeProbe.Step;
import org.jspecify.annotations.Nullable;

/**
 * Measures the exchange of a step between processes of this machine: the one that workers do among
 * themselves, the one through the driver, and the movement of the bytes alone.
 */
public final class ExchangeBench {
  /** How many more pieces tell what adding one costs. */
  private static final int MORE_PIECES = 2;

  /** How much longer than others the first series takes, which is not counted. */
  private static final double WARM_UP = 2;

  private final ExchangeSettings settings;
  private final Consumer<String> progress;
  private final List<Row> rows = new ArrayList<>();

  /** Steps with nothing to exchange but one value. */
  private final List<StepTimeModel.Point> nothing = new ArrayList<>();

  /** A worker's update of one float in nanoseconds, and the sum of one more; 0 before. */
  private double nanosPerUpdate;

  private double nanosPerAdd;

  private ExchangeBench(ExchangeSettings settings, Consumer<String> progress) {
    this.settings = settings;
    this.progress = progress;
  }

  /**
   * Measures; no other Spark application may be under way in this JVM.
   *
   * @param progress hears what comes next
   */
  public static ExchangeResult run(ExchangeSettings settings, Consumer<String> progress) {
    var bench = new ExchangeBench(settings, progress);
    Machine machine = null;
    for (int workers : settings.workers()) {
      progress.accept("Starting " + workers + (workers == 1 ? " executor" : " executors") + "…");
      try (LocalCluster cluster = LocalCluster.start(workers)) {
        if (machine == null) {
          machine = Machine.here(cluster.spark().version());
        }
        bench.measure(cluster.spark(), workers);
      }
    }
    if (machine == null) {
      throw new IllegalStateException("no workers to measure");
    }
    String conditions =
        "executors of one core and %d MiB, Adam, float32, frames in clear"
            .formatted(LocalCluster.MEBIBYTES);
    return new ExchangeResult(machine, conditions, bench.rows, bench.model());
  }

  private void measure(JavaSparkContext spark, int workers) {
    // Executors start cold, and compile on the cores that they share.
    int cores = Runtime.getRuntime().availableProcessors();
    double longer = WARM_UP * Math.max(1, (double) workers / cores);
    List<Series> series = new ArrayList<>();
    series.add(new Series(Collections.min(settings.floats()), 1, settings.pace().times(longer)));
    for (int floats : settings.floats()) {
      series.add(new Series(floats, 1, settings.pace()));
    }
    int largest = Collections.max(settings.floats());
    series.add(
        workers == 1
            ? new Series(largest, 1 + MORE_PIECES, settings.pace())
            : new Series(1, 1, settings.pace()));
    progress.accept("Steps of the gang…");
    List<List<Step>> all = GangSteps.take(spark, workers, series);
    List<List<Step>> gang = all.subList(1, all.size());
    for (int i = 0; i < settings.floats().size(); i++) {
      int floats = settings.floats().get(i);
      progress.accept(
          String.format(
              Locale.ROOT, "Steps through the driver, and bounds, of %,d floats…", floats));
      rows.add(row(spark, floats, workers, gang.get(i)));
    }
    double last = processorMillis(gang.get(gang.size() - 1));
    if (workers == 1) {
      double one = processorMillis(gang.get(settings.floats().indexOf(largest)));
      nanosPerUpdate = one * 1e6 / largest;
      nanosPerAdd = Math.max(0, last - one) * 1e6 / largest / MORE_PIECES;
    } else {
      nothing.add(new StepTimeModel.Point(1, workers, last));
    }
  }

  private static double processorMillis(List<Step> steps) {
    return Median.of(steps, Step::processorMillis);
  }

  private Row row(JavaSparkContext spark, int floats, int workers, List<Step> gang) {
    Pace pace = settings.pace();
    double bound =
        workers == 1
            ? Bounds.copyMillis(floats, pace)
            : Bounds.loopbackMillis(floats, workers, pace);
    double[] driver = DriverSteps.take(spark, workers, floats, settings.driverPace());
    return new Row(
        floats,
        workers,
        gang.size(),
        Median.of(gang, step -> step.timings().millis()),
        Median.of(gang, step -> step.timings().waiting() + step.timings().reduce()),
        Median.of(gang, step -> step.timings().update()),
        Median.of(gang, step -> step.timings().gather()),
        processorMillis(gang),
        (long) Median.of(gang, step -> step.timings().bytes()),
        bound,
        Median.of(driver));
  }

  private @Nullable StepTimeModel model() {
    List<StepTimeModel.Point> points =
        rows.stream()
            .filter(row -> row.workers() > 1)
            .map(row -> new StepTimeModel.Point(row.floats(), row.workers(), row.processor()))
            .toList();
    boolean enough = nanosPerUpdate > 0 && !points.isEmpty();
    return enough ? StepTimeModel.fit(nothing, points, nanosPerAdd, nanosPerUpdate) : null;
  }
}
