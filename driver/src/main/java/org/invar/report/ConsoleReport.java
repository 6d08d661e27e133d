package org.invar.report;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.invar.Shown;
import org.invar.train.TrainingListener;
import org.invar.train.TrainingResult;
import org.jspecify.annotations.Nullable;

/**
 * Shows a run to a person: the network before it, progress while it trains, tables and where the
 * artifacts are after it.
 *
 * <p>In a terminal every epoch has a progress bar, and a line that stays once it is over.
 * Elsewhere, as in a log file, there are plain lines: one at the end of every epoch and at most one
 * every 10 seconds in between. Methods are called by one thread. Closing wipes a bar that an
 * exception left behind; the stream stays open.
 */
public final class ConsoleReport implements TrainingListener, AutoCloseable {
  private static final long PLAIN_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final String GAP = "  ";

  private final PrintStream out;
  private final boolean terminal;
  private final int width;
  private final LongSupplier nanoTime;

  private int epochs;
  private long lastLineNanos;
  private @Nullable Pace pace;
  private @Nullable EpochBar bar;

  /** Where and when this process saw the first step of an epoch. */
  private record Pace(Step first, long nanos) {
    boolean covers(Step step) {
      return step.epoch() == first.epoch() && step.batch() >= first.batch();
    }

    /** The seconds that the rest of the epoch will take; NaN after one step. */
    double secondsLeft(Step step, long now) {
      long taken = step.batch() - first.batch();
      double seconds = (now - nanos) / 1e9;
      return taken == 0 ? Double.NaN : seconds / taken * (step.stepsPerEpoch() - step.batch());
    }
  }

  /**
   * Makes a report.
   *
   * @param out where to
   * @param terminal whether that is a terminal, whose last line can be written again
   * @param width the terminal's columns; not used for anything else
   */
  public ConsoleReport(PrintStream out, boolean terminal, int width) {
    this(out, terminal, width, System::nanoTime);
  }

  ConsoleReport(PrintStream out, boolean terminal, int width, LongSupplier nanoTime) {
    this.out = out;
    this.terminal = terminal;
    this.width = width;
    this.nanoTime = nanoTime;
  }

  @Override
  public void started(Started started) {
    epochs = started.epochs();
    lastLineNanos = nanoTime.getAsLong();
    line(summary(started));
    if (started.resumedAtStep() > 0) {
      line(resumed(started));
    }
    line("");
    line(new LayerTable(started.network()).render());
    for (String warning : started.warnings()) {
      line("warning: " + warning);
    }
    if (!started.warnings().isEmpty()) {
      line("");
    }
  }

  @Override
  public void warning(String warning) {
    line("warning: " + warning);
  }

  @Override
  public void step(Step step) {
    long now = nanoTime.getAsLong();
    if (pace == null || !pace.covers(step)) {
      close();
      pace = new Pace(step, now);
    }
    double left = pace.secondsLeft(step, now);
    if (terminal) {
      String text = String.join(" ", parts(step, left, "/s"));
      if (bar == null) {
        bar =
            new EpochBar(
                out, width - 1, title(step.epoch()), step.stepsPerEpoch(), step.batch(), text);
      } else {
        bar.show(step.batch(), text);
      }
    } else if (now - lastLineNanos >= PLAIN_NANOS) {
      List<String> parts = new ArrayList<>();
      parts.add(title(step.epoch()));
      parts.add("step " + outOf(step.batch(), step.stepsPerEpoch()));
      parts.addAll(parts(step, left, " samples/s"));
      line(String.join(GAP, parts));
      lastLineNanos = now;
    }
  }

  @Override
  public void epoch(Epoch epoch) {
    close();
    List<String> parts = new ArrayList<>();
    parts.add(title(epoch.epoch()));
    Map<String, Double> scores = epoch.scores();
    for (String name : List.of("loss", "accuracy", "rmse")) {
      Double train = scores.get(ScoreNames.in("train", name));
      Double dev = scores.get(ScoreNames.in("dev", name));
      if (train != null) {
        parts.add(
            name + " " + Numbers.score(train) + (dev == null ? "" : " dev " + Numbers.score(dev)));
      }
    }
    parts.add(Numbers.seconds(epoch.seconds()) + " s");
    if (epoch.best()) {
      parts.add("best");
    }
    parts.add("rate " + Numbers.rate(epoch.learningRate()));
    line(fitting(parts));
    lastLineNanos = nanoTime.getAsLong();
  }

  @Override
  public void alreadyFinished(TrainingResult result) {
    line("This run is finished already: nothing is left to do.");
    finished(result);
  }

  @Override
  public void finished(TrainingResult result) {
    close();
    paragraph(new EpochTable(result.history(), result.keptEpoch()).render());
    paragraph(
        new ScoreTable(result.scores()).render()
            + ScoreTable.ratios(
                result.scores(),
                result.confusion(),
                result.classes().stream().map(ScoreTable::name).toList()));
    Diagnosis.of(result.scores(), result.optimalError())
        .ifPresent(diagnosis -> paragraph(diagnosis.render() + "\n"));
    paragraph(work(result));
    paragraph(artifacts(result.directory()));
  }

  /** Wipes the progress bar, if there is one. */
  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }

  private static String summary(Started started) {
    String rows =
        ScoreNames.SPLITS.stream()
            .filter(started.rows()::containsKey)
            .map(split -> split + " " + Numbers.count(started.rows().getOrDefault(split, 0L)))
            .collect(Collectors.joining(", "));
    return String.format(
        Locale.ROOT,
        "%s: rows %s; %s on %s; %s of %s",
        started.name(),
        rows,
        Numbers.count(started.shards(), "shard"),
        Numbers.count(started.partitions(), "task"),
        Numbers.count(started.epochs(), "epoch"),
        Numbers.count(started.stepsPerEpoch(), "step"));
  }

  private static String resumed(Started started) {
    long step = started.resumedAtStep();
    return String.format(
        Locale.ROOT,
        "resumed from the checkpoint of step %s, with %s of %s complete; job and data are those that"
            + " the run began with",
        Numbers.count(step),
        Numbers.count(step / started.stepsPerEpoch()),
        Numbers.count(started.epochs(), "epoch"));
  }

  private static List<String> parts(Step step, double secondsLeft, String perSecond) {
    List<String> parts = new ArrayList<>();
    Map<String, Double> scores = step.scores();
    parts.add("loss " + ScoreTable.cell(scores.get("loss")));
    ScoreNames.headline(scores.keySet())
        .ifPresent(name -> parts.add(name + " " + ScoreTable.cell(scores.get(name))));
    parts.add("rate " + Numbers.rate(step.learningRate()));
    parts.add(Numbers.perSecond(step.samplesPerSecond()) + perSecond);
    if (!Double.isNaN(secondsLeft)) {
      parts.add("ETA " + Numbers.clock(secondsLeft));
    }
    return parts;
  }

  private static String work(TrainingResult result) {
    return String.format(
        Locale.ROOT,
        "Trained %s (%s) in %s%s, %s samples/s; the weights are those of epoch %d.\n",
        Numbers.count(result.epochs(), "epoch"),
        Numbers.count(result.steps(), "step"),
        Numbers.clock(result.secondsTraining()),
        result.stoppedEarly() ? ", stopped early" : "",
        Numbers.perSecond(result.samplesPerSecond()),
        result.keptEpoch());
  }

  private static String artifacts(String qualified) {
    // Local paths as people type them.
    String directory = qualified.replaceFirst("^file:(//)?", "");
    return "Everything is in "
        + directory
        + ", the trained model in its model/. To go on:\n"
        + "  bin/invar evaluate "
        + directory
        + "\n"
        + "  bin/invar predict "
        + directory
        + " …\n";
  }

  private String title(int epoch) {
    return "epoch " + outOf(epoch, epochs);
  }

  /** Returns for example {@code " 3/10"}, so that lines of one run are aligned. */
  private static String outOf(long value, long total) {
    String end = Long.toString(total);
    String start = Long.toString(value);
    return " ".repeat(Math.max(0, end.length() - start.length())) + start + "/" + end;
  }

  /** Joins the parts, of which a terminal shows those that its line has room for. */
  private String fitting(List<String> parts) {
    StringBuilder line = new StringBuilder(parts.get(0));
    for (String part : parts.subList(1, parts.size())) {
      if (terminal && line.length() + GAP.length() + part.length() > width) {
        break;
      }
      line.append(GAP).append(part);
    }
    return line.toString();
  }

  private void paragraph(String text) {
    if (!text.isEmpty()) {
      line("");
      out.print(Shown.of(text));
      out.flush();
    }
  }

  private void line(String text) {
    out.print(Shown.of(text) + '\n');
    out.flush();
  }
}
