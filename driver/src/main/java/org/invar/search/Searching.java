package org.invar.search;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.invar.InvarException;
import org.invar.search.schedule.Scheduler;
import org.invar.search.space.Space;
import org.jspecify.annotations.Nullable;

/**
 * A search while it goes: the main loop, which keeps every core busy and remembers what ended.
 *
 * <p>One thread decides and writes; a thread a running part waits for its Spark job.
 */
final class Searching {
  private static final int TICK_MILLIS = 1000;

  private final SearchSpec spec;
  private final SearchSettings settings;
  private final TrialRunner runner;
  private final SearchDirectory directory;
  private final Journal journal;
  private final SearchListener listener;
  private final Map<Integer, SearchedTrial> known = new TreeMap<>();
  private final Map<Integer, Scheduler.Part> running = new TreeMap<>();
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final List<StageTime> times = new ArrayList<>();
  private final LiveCurves live;
  private final DistinctTrials distinct;
  private final TrialWatch watch;
  private int repeated;

  /** What is heard of a part: its result, what went wrong with the search itself, or a notice. */
  private record Event(
      int trial,
      @Nullable PartResult result,
      @Nullable Throwable failure,
      @Nullable String notice) {}

  /** Whoever runs a part tells it the one thread that decides. */
  private TrialRunner.Watcher watcher(int trial) {
    return new TrialRunner.Watcher() {
      @Override
      public void ended(PartResult result) {
        events.add(new Event(trial, result, null, null));
      }

      @Override
      public void broken(Throwable failure) {
        events.add(new Event(trial, null, failure, null));
      }

      @Override
      public void told(String notice) {
        events.add(new Event(trial, null, null, notice));
      }
    };
  }

  Searching(
      SearchSpec spec,
      TrialRunner runner,
      SearchDirectory directory,
      Journal journal,
      SearchListener listener) {
    this.spec = spec;
    this.settings = spec.settings();
    this.runner = runner;
    this.directory = directory;
    this.journal = journal;
    this.listener = listener;
    this.live = new LiveCurves(directory, settings.objective().metric(), settings.folds());
    this.distinct = new DistinctTrials(spec);
    this.watch = new TrialWatch(runner, settings.timeout(), runner.stallTimeout());
  }

  /**
   * Searches to the end.
   *
   * @param before what the journal has already
   * @return all trials, by number
   */
  List<SearchedTrial> run(List<Journal.Entry> before) throws IOException {
    List<Stage> stages =
        settings.stages().isEmpty()
            ? List.of(Stage.of(List.copyOf(settings.space().keySet()), settings.trials()))
            : settings.stages();
    var replay = new Replay(spec, stages, directory.path().toString());
    replay.check(before);
    before.forEach(this::remember);
    int first = 0;
    List<String> earlier = new ArrayList<>();
    for (int number = 0; number < stages.size(); number++) {
      Stage stage = stages.get(number);
      Space.Focus focus = fixed(number, stage, earlier);
      replay.check(number, stage, focus);
      new StageRun(number, stage, first, focus).run(before);
      earlier.addAll(stage.keys());
      first += stage.trials();
    }
    return List.copyOf(known.values());
  }

  /** Returns what the stages of this process have cost. */
  List<StageTime> times() {
    return times;
  }

  private void remember(Journal.Entry entry) {
    SearchedTrial trial =
        known.getOrDefault(
            entry.trial(),
            SearchedTrial.begun(
                entry.trial(), entry.stage(), entry.values(), directory.trial(entry.trial())));
    known.put(entry.trial(), entry.part() == null ? trial : trial.after(entry.part()));
  }

  /**
   * What a stage keeps to, the same in every process that works on it: the stages before it may end
   * otherwise when parts of them that were not journaled run again.
   */
  private Space.Focus fixed(int number, Stage stage, List<String> earlier) throws IOException {
    boolean begun = known.values().stream().anyMatch(trial -> trial.stage() >= number);
    Space.Focus before = number == 0 ? null : directory.focus(number, begun);
    if (before != null) {
      return before;
    }
    Space.Focus focus = focus(number, stage, earlier);
    if (number > 0) {
      directory.fix(number, focus);
    }
    return focus;
  }

  /** What a new stage keeps to: the best of the stages before it, whatever was begun later. */
  private Space.Focus focus(int number, Stage stage, List<String> earlier) {
    Map<String, JsonNode> best = new HashMap<>();
    List<String> whole = new ArrayList<>(stage.keys());
    List<SearchedTrial> before =
        known.values().stream().filter(trial -> trial.stage() < number).toList();
    Ranking.ranked(before, settings.objective()).stream()
        .findFirst()
        .filter(trial -> trial.status() != TrialStatus.FAILED)
        .ifPresentOrElse(trial -> best.putAll(trial.values()), () -> whole.addAll(earlier));
    return new Space.Focus(whole, best, stage.width());
  }

  /**
   * Returns about how long epochs take at the pace of others; NaN where there are no others.
   *
   * @param epochs those that are missing, none where negative
   * @param others epochs that were trained meanwhile
   * @param seconds that they took together, on all cores
   */
  static double secondsLeft(double epochs, double others, double seconds) {
    return others == 0 ? Double.NaN : Math.max(0, epochs) * seconds / others;
  }

  /** One stage: its trials are numbered from {@code first} on. */
  private final class StageRun {
    private final int number;
    private final Space.Focus focus;
    private final List<Integer> numbers;
    private final Scheduler scheduler;
    private final List<Double> seconds = new ArrayList<>();
    private final int later;
    private long begun;
    private long ended;
    private double epochsHere;
    private int slots;

    StageRun(int number, Stage stage, int first, Space.Focus focus) {
      this.number = number;
      this.focus = focus;
      this.numbers = distinct.of(stage, first, focus);
      this.later = settings.trials() - first - stage.trials();
      this.scheduler =
          Scheduler.of(
              settings.stopping(), settings.objective(), numbers.size(), spec.mostEpochs());
      tellOfRepeated(stage.trials());
    }

    private void tellOfRepeated(int trials) {
      int left = trials - numbers.size();
      repeated += left;
      if (left > 0) {
        listener.warning(
            "%d of %d trials would repeat the settings of others, to the same bytes: each is trained once, so there are %d."
                .formatted(left, trials, numbers.size()));
      }
    }

    void run(List<Journal.Entry> before) throws IOException {
      for (Journal.Entry entry : before) {
        if (entry.part() != null && Collections.binarySearch(numbers, entry.trial()) >= 0) {
          end(entry.trial(), entry.part());
        }
      }
      begun = System.nanoTime();
      long shown = begun;
      while (true) {
        begin();
        if (running.isEmpty()) {
          break;
        }
        Event event = await();
        if (event != null) {
          take(event);
        }
        if (System.nanoTime() - shown > TICK_MILLIS * 1_000_000L) {
          shown = System.nanoTime();
          watch.look(shown, listener::warning);
          listener.standing(standing());
        }
      }
      if (!seconds.isEmpty()) {
        StageTime time = time();
        times.add(time);
        listener.stage(time);
      }
    }

    /** Gives every free core something to do. */
    private void begin() throws IOException {
      int now = runner.slots();
      int most = now + runner.ahead();
      slots = Math.max(slots, now);
      while (running.size() < most) {
        Scheduler.Part part = scheduler.next();
        if (part == null) {
          return;
        }
        int trial = numbers.get(part.trial());
        SearchedTrial before = known.get(trial);
        SearchedTrial begins = before == null ? draw(trial) : before;
        known.put(trial, begins.with(TrialStatus.RUNNING));
        running.put(trial, part);
        watch.begun(trial, begins.seconds(), System.nanoTime());
        runner.start(begins, part.epochs(), now, watcher(trial));
        if (before == null) {
          journal.append(new Journal.Entry(trial, number, begins.values(), null));
        }
      }
    }

    private SearchedTrial draw(int trial) {
      Map<String, JsonNode> values =
          spec.space().draw(spec.jobTree(), settings.seed(), trial, focus);
      return SearchedTrial.begun(trial, number, values, directory.trial(trial));
    }

    private @Nullable Event await() {
      try {
        return events.poll(TICK_MILLIS, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        // Not again: the trials that run are to end in order. The search restores it.
        throw new InvarException(
            "interrupted with %d of %d trials begun.".formatted(known.size(), settings.trials()),
            e);
      }
    }

    private void take(Event event) throws IOException {
      if (event.notice() != null) {
        listener.warning("trial " + event.trial() + ": " + event.notice());
        return;
      }
      PartResult part = event.result();
      if (part == null) {
        throw failure(event.failure());
      }
      ended = System.nanoTime();
      running.remove(event.trial());
      watch.ended(event.trial());
      SearchedTrial before = known.get(event.trial());
      if (before == null) {
        throw new IllegalStateException("trial " + event.trial() + " has not begun");
      }
      SearchedTrial after = before.after(part);
      known.put(event.trial(), after);
      epochsHere += Math.max(0, after.epochs() - before.epochs());
      seconds.add(part.seconds());
      end(event.trial(), part);
      begin(); // Before the disk: a core waits. A part that is not journaled is found in its run.
      directory.requireClaim();
      journal.append(new Journal.Entry(event.trial(), number, Map.of(), part));
      listener.ended(after, standing());
    }

    private RuntimeException failure(@Nullable Throwable failure) {
      if (failure instanceof RuntimeException known) {
        return known;
      }
      return new IllegalStateException(failure);
    }

    private void end(int trial, PartResult part) {
      boolean over = part.finished() || part.failure() != null;
      double[] scores = part.scores().stream().mapToDouble(score -> score).toArray();
      scheduler.ended(Collections.binarySearch(numbers, trial), scores, over);
    }

    private SearchListener.Standing standing() {
      List<SearchedTrial> all = List.copyOf(known.values());
      List<SearchedTrial> now =
          all.stream().filter(trial -> running.containsKey(trial.number())).toList();
      return new SearchListener.Standing(
          all,
          now,
          () -> live.of(now),
          Ranking.ranked(known.values(), settings.objective()).stream()
              .filter(trial -> trial.score() != null)
              .findFirst()
              .orElse(null),
          settings.trials() - repeated,
          secondsLeft());
    }

    private double secondsLeft() {
      double past = (System.nanoTime() - begun) * 1e-9;
      double done =
          known.values().stream()
              .filter(trial -> trial.stage() == number)
              .mapToDouble(SearchedTrial::epochs)
              .sum();
      double epochs = scheduler.expectedEpochs() * (1 + (double) later / numbers.size());
      return Searching.secondsLeft(epochs - done, epochsHere, past);
    }

    private StageTime time() {
      double[] sorted = seconds.stream().mapToDouble(each -> each).sorted().toArray();
      double median = (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
      double sum = 0;
      for (double each : sorted) {
        sum += each;
      }
      return new StageTime(number, sorted.length, slots, (ended - begun) * 1e-9, median, sum);
    }
  }
}
