package org.invar.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.invar.report.Numbers;
import org.invar.report.TextTable;
import org.invar.search.SearchListener;
import org.invar.search.SearchResult;
import org.invar.search.SearchSpec;
import org.invar.search.SearchedTrial;
import org.invar.search.StageTime;
import org.invar.search.Stopping;
import org.invar.search.TrialStatus;
import org.jspecify.annotations.Nullable;

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
      text.append(metric()).append(' ').append(score(trial));
      SearchedTrial best = standing.best();
      text.append(best != null && best.number() == trial.number() ? "  best so far" : "");
      text.append("  ").append(values(trial));
    }
    line(text.toString());
    show(standing);
  }

  @Override
  public void standing(Standing standing) {
    if (terminal) {
      show(standing);
    } else if (System.nanoTime() - lastLine >= PLAIN_NANOS) {
      line(summary(standing));
    }
  }

  private String metric() {
    return spec.settings().objective().metric();
  }

  private static String score(@Nullable SearchedTrial trial) {
    Double score = trial == null ? null : trial.score();
    return score == null ? "-" : Numbers.score(score);
  }

  private static String values(SearchedTrial trial) {
    List<String> values = new ArrayList<>();
    trial.values().forEach((key, value) -> values.add(shortName(key) + " " + text(value)));
    return String.join(", ", values);
  }

  /** The last names of a key, enough to tell it: {@code layers[0].conv2d.filters}. */
  private static String shortName(String key) {
    int layers = key.indexOf("layers[");
    return layers >= 0 ? key.substring(layers) : key.substring(key.lastIndexOf('.') + 1);
  }

  private static String text(JsonNode value) {
    return value.isTextual() ? value.textValue() : value.toString();
  }

  private String summary(Standing standing) {
    long over =
        standing.trials().stream().filter(trial -> trial.status() != TrialStatus.RUNNING).count();
    SearchedTrial best = standing.best();
    return "%d of %d trials begun, %d running, %d at rest; best %s %s%s; about %s left"
        .formatted(
            standing.trials().size(),
            standing.of(),
            standing.running().size(),
            over,
            metric(),
            score(best),
            best == null ? "" : " (trial %d, epoch %d)".formatted(best.number(), best.epochs()),
            Double.isNaN(standing.secondsLeft()) ? "?" : Numbers.clock(standing.secondsLeft()));
  }

  private void show(Standing standing) {
    if (!terminal) {
      return;
    }
    wipe();
    List<String> lines = new ArrayList<>();
    var table = TextTable.aligned("lrrrl");
    List<SearchedTrial> running = standing.live().get();
    for (SearchedTrial trial : running.subList(0, Math.min(RUNNING, running.size()))) {
      String epoch = "epoch %d/%d".formatted(trial.epochs(), epochs);
      table.row("running", "" + trial.number(), epoch, score(trial), values(trial));
    }
    lines.addAll(table.render().lines().toList());
    lines.add(summary(standing));
    for (String each : lines) {
      out.println(each.length() < width ? each : each.substring(0, width - 1));
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
    out.println(text);
    lastLine = System.nanoTime();
  }

  @Override
  public void stage(StageTime time) {
    line("");
    String text =
        String.format(
            Locale.ROOT,
            "stage %d: %d parts in %.1f s on %d cores, which were busy for %.0f %%",
            time.stage() + 1,
            time.parts(),
            time.seconds(),
            time.slots(),
            100 * time.busy());
    if (spec.settings().stopping() instanceof Stopping.None) { // Parts are about equal.
      text +=
          String.format(
              Locale.ROOT,
              "; %.2f × %.0f × the median of %.2f s",
              time.overIdeal(),
              Math.ceil((double) time.parts() / time.slots()),
              time.medianSeconds());
    }
    line(text);
  }

  @Override
  public void finished(SearchResult result) {
    line("");
    List<String> keys = new ArrayList<>(spec.settings().space().keySet());
    var table = TextTable.aligned("rrr" + "l".repeat(keys.size()));
    List<String> head = new ArrayList<>(List.of("trial", "epochs", metric()));
    keys.forEach(key -> head.add(shortName(key)));
    table.row(head);
    for (SearchedTrial trial : result.ranked()) {
      if (trial.status() != TrialStatus.FAILED) {
        List<String> cells =
            new ArrayList<>(List.of("" + trial.number(), "" + trial.epochs(), score(trial)));
        for (String key : keys) {
          JsonNode value = trial.values().get(key);
          cells.add(value == null ? "-" : text(value));
        }
        table.row(cells);
      }
    }
    List<String> lines = table.render().lines().toList();
    lines.subList(0, Math.min(RANKED + 1, lines.size())).forEach(this::line);
    if (lines.size() > RANKED + 1) {
      line("… and %d more in trials.csv".formatted(lines.size() - RANKED - 1));
    }
    line("");
    files(result);
  }

  private void files(SearchResult result) {
    long failed =
        result.ranked().stream().filter(trial -> trial.status() == TrialStatus.FAILED).count();
    if (failed > 0) {
      line("%s failed; trials.csv has the reasons".formatted(count(failed, "trial")));
    }
    SearchedTrial best = result.best().orElse(null);
    if (best == null) {
      line("no trial could be trained to its end");
    } else {
      List<String> finals = new ArrayList<>();
      best.finals().forEach((name, value) -> finals.add(name + " " + Numbers.score(value)));
      Collections.sort(finals);
      line("best: trial %d, %s".formatted(best.number(), String.join(", ", finals)));
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
