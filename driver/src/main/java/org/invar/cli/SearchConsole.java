package org.invar.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.invar.Shown;
import org.invar.report.Numbers;
import org.invar.report.ScoreTable;
import org.invar.report.TextTable;
import org.invar.search.SearchListener;
import org.invar.search.SearchResult;
import org.invar.search.SearchSpec;
import org.invar.search.SearchedTrial;
import org.invar.search.StageTime;
import org.invar.search.TrialStatus;
import org.invar.search.schedule.Stopping;

/**
 * Shows a search to a person: what has ended, what runs and what is best while it goes, and a
 * ranked table after it.
 *
 * <p>In a terminal a small table of what runs stands below the lines and is written again every
 * second; elsewhere, as in a log file, there are plain lines alone.
 */
final class SearchConsole implements SearchListener, AutoCloseable {
  private static final long PLAIN_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int RANKED = 10;
  private static final int RUNNING = 8;

  private final PrintStream out;
  private final boolean terminal;
  private final int width;
  private final SearchSpec spec;
  private final RankedTable ranked;
  private int epochs;
  private int live;
  private long lastLine = System.nanoTime();

  /**
   * Makes a report.
   *
   * @param terminal whether the stream is a terminal, whose last lines can be written again
   * @param width its columns
   */
  SearchConsole(PrintStream out, boolean terminal, int width, SearchSpec spec) {
    this.out = out;
    this.terminal = terminal;
    this.width = width;
    this.spec = spec;
    this.ranked = new RankedTable(spec.settings());
  }

  @Override
  public void started(Started started) {
    epochs = started.epochs();
    line(
        "%s: %d trials of up to %s of %s, %s at once; %s%s"
            .formatted(
                started.name(),
                started.trials(),
                count(epochs, "epoch"),
                spec.job().name(),
                started.slots(),
                count(started.shards(), "shard"),
                started.stages() == 1 ? "" : ", %d stages".formatted(started.stages())));
    if (started.known() > 0) {
      line("going on: the journal has %s".formatted(count(started.known(), "trial")));
    }
    line("");
  }

  private static String count(long value, String unit) {
    return value + " " + unit + (value == 1 ? "" : "s");
  }

  @Override
  public void warning(String warning) {
    line("warning: " + warning);
  }

  @Override
  public void ended(SearchedTrial trial, Standing standing) {
    StringBuilder text = new StringBuilder("trial %4d  ".formatted(trial.number()));
    if (trial.status() == TrialStatus.FAILED) {
      text.append("failed: ").append(trial.failure());
    } else {
      text.append("epoch %d/%d  ".formatted(trial.epochs(), epochs));
      text.append(metric()).append(' ').append(RankedTable.score(trial));
      SearchedTrial best = standing.best();
      text.append(best != null && best.number() == trial.number() ? "  best so far" : "");
      text.append("  ").append(ranked.settings(trial));
      text.setLength(terminal ? Math.min(text.length(), width - 1) : text.length());
    }
    line(text.toString());
    show(standing);
  }

  @Override
  public void standing(Standing standing) {
    if (terminal) {
      show(standing);
    } else if (System.nanoTime() - lastLine >= PLAIN_NANOS) {
      line(progress(standing) + "; " + best(standing));
    }
  }

  private String metric() {
    return spec.settings().objective().metric();
  }

  private String progress(Standing standing) {
    double left = standing.secondsLeft();
    return "%d of %d trials begun (%s), about %s left"
        .formatted(
            standing.trials().size(),
            standing.of(),
            counts(standing),
            Double.isNaN(left) ? "?" : Numbers.clock(left));
  }

  private String best(Standing standing) {
    SearchedTrial best = standing.best();
    return best == null
        ? "no score yet"
        : "best so far: %s %s (trial %d, epoch %d)"
            .formatted(metric(), RankedTable.score(best), best.number(), best.epochs());
  }

  /** For example {@code 2 running, 5 paused}. */
  private static String counts(Standing standing) {
    Map<TrialStatus, Long> counts = new EnumMap<>(TrialStatus.class);
    standing.trials().forEach(trial -> counts.merge(trial.status(), 1L, Long::sum));
    return counts.entrySet().stream()
        .map(each -> each.getValue() + " " + each.getKey().name().toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(", "));
  }

  private void show(Standing standing) {
    if (!terminal) {
      return;
    }
    wipe();
    List<String> lines = new ArrayList<>();
    var table = TextTable.aligned("rrrl").row("running", "epoch", metric(), "");
    List<SearchedTrial> running = standing.live().get();
    for (SearchedTrial trial : running.subList(0, Math.min(RUNNING, running.size()))) {
      String epoch = trial.epochs() + "/" + epochs;
      table.row("trial " + trial.number(), epoch, RankedTable.score(trial), ranked.settings(trial));
    }
    lines.addAll(table.render().lines().toList());
    lines.add(progress(standing));
    lines.add(best(standing));
    for (String each : lines) {
      String shown = Shown.line(each);
      out.println(shown.length() < width ? shown : shown.substring(0, width - 1));
    }
    out.flush();
    live = lines.size();
  }

  /** Goes back to where the table of what runs begins. */
  private void wipe() {
    if (live > 0) {
      out.print("\u001b[" + live + "A\u001b[J");
      live = 0;
    }
  }

  private void line(String text) {
    wipe();
    out.println(Shown.of(text));
    lastLine = System.nanoTime();
  }

  @Override
  public void stage(StageTime time) {
    line("");
    String text =
        String.format(
            Locale.ROOT,
            "stage %d: %s in %.1f s, %d at once, which had something to do for %.0f %% of it",
            time.stage() + 1,
            count(time.parts(), "training"),
            time.seconds(),
            time.slots(),
            100 * time.busy());
    if (spec.settings().stopping() instanceof Stopping.None) { // Parts are about equal.
      text +=
          String.format(
              Locale.ROOT,
              "; %.2f of the ideal, %.0f × the median of %.2f s",
              time.overIdeal(),
              Math.ceil((double) time.parts() / time.slots()),
              time.medianSeconds());
    }
    line(text);
  }

  @Override
  public void finished(SearchResult result) {
    line("");
    ranked.lines(result.ranked(), RANKED, terminal ? width : Integer.MAX_VALUE).forEach(this::line);
    line("");
    files(result);
  }

  private void files(SearchResult result) {
    long failed =
        result.ranked().stream().filter(trial -> trial.status() == TrialStatus.FAILED).count();
    int epochs = result.ranked().stream().mapToInt(SearchedTrial::epochs).sum();
    line(
        "%s, %s in all%s"
            .formatted(
                count(result.ranked().size(), "trial"),
                count(epochs, "epoch"),
                failed == 0 ? "" : "; %d failed, trials.csv has the reasons".formatted(failed)));
    SearchedTrial best = result.best().orElse(null);
    if (best == null) {
      line("no trial could be trained to its end");
    } else {
      String score = RankedTable.score(best);
      line("best: trial %d, %s %s".formatted(best.number(), metric(), score));
      line("");
      new ScoreTable(best.finals()).render().lines().forEach(this::line);
      line("");
      line("train it again   bin/invar train %s/best.yaml".formatted(plain(result)));
      line(
          spec.settings().folds() == 1
              ? "its model        %s/best".formatted(plain(result))
              : "its model        none yet: a fold's has not seen all rows");
    }
    line("report           %s/report.html".formatted(plain(result)));
  }

  private static String plain(SearchResult result) {
    return result.directory().replaceFirst("^file:/+", "/");
  }

  /** Leaves what is shown as it is. */
  @Override
  public void close() {
    live = 0;
  }
}
