package org.invar.train;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.invar.InvarException;
import org.invar.collective.ControlServer;
import org.invar.collective.MessageLink;
import org.invar.source.SparkFailures;
import org.invar.worker.Command;
import org.invar.worker.GangPlan;
import org.invar.worker.LocalMeeting;
import org.invar.worker.Report;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workers of one stage as the driver hears them: who is there, what they say, and which of them
 * has died or hangs.
 *
 * <p>Used by one thread; readers of links put what arrives into one queue.
 */
final class Gang implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Gang.class);
  private static final int TICK_MILLIS = 250;

  /** How long the reports of one failure take to come together: the first may not be the cause. */
  private static final int AFTERMATH_MILLIS = 1500;

  /** How long a worker may take to end. */
  private static final int END_MILLIS = 5000;

  /** What a worker said; a null report means that its link is closed. */
  record Heard(int rank, Report report) {}

  /** What arrives: from a worker, or, without a rank, that the stage is over. */
  private record Event(int rank, @Nullable Report report) {
    static final int STAGE = -1;
  }

  /** A worker, by what is known of it. */
  private static final class Member {
    volatile @Nullable MessageLink link;
    volatile long heard = System.nanoTime();
    @Nullable String executor;
    @Nullable InetSocketAddress address;
    boolean connected;
    boolean closed;
    Report.@Nullable Failed failed;
  }

  private final GangPlan plan;
  private final GangOptions options;
  private final Executors executors;
  private final Consumer<String> notice;
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final List<Member> members = new ArrayList<>();
  private final @Nullable ControlServer server;
  private final GangStage stage;
  private boolean broken;
  private boolean ended;

  /**
   * Starts the stage; {@link #meet} waits for its workers.
   *
   * @param server where workers of other processes report, or null in local mode
   * @param launch starts the stage; it calls what it is given when the stage is over
   * @param notice hears what the user should know
   */
  Gang(
      GangPlan plan,
      GangOptions options,
      Executors executors,
      @Nullable ControlServer server,
      Launch launch,
      Consumer<String> notice) {
    this.plan = plan;
    this.options = options;
    this.executors = executors;
    this.server = server;
    this.notice = notice;
    for (int rank = 0; rank < plan.workers(); rank++) {
      members.add(new Member());
    }
    if (server == null) {
      joined(0, LocalMeeting.open(plan.run().runId(), plan.attempt()));
    } else {
      server.accept(this::joined);
    }
    this.stage = launch.start(() -> events.add(new Event(Event.STAGE, null)));
  }

  /** Starts a stage. */
  interface Launch {
    GangStage start(Runnable ended);
  }

  private void joined(int rank, MessageLink link) {
    Member member = members.get(rank);
    member.heard = System.nanoTime();
    member.link = link;
    Thread reader =
        new Thread(
            () -> {
              try {
                while (true) {
                  events.add(new Event(rank, Report.decode(link.receive())));
                }
              } catch (IOException e) {
                LOG.debug("the link to worker {} has ended", rank, e);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              } finally {
                events.add(new Event(rank, null));
              }
            },
            "invar-worker-" + rank);
    reader.setDaemon(true);
    reader.start();
  }

  /** Returns N. */
  int size() {
    return members.size();
  }

  /** Brings all workers together: they load their shards and connect with each other. */
  void meet() {
    long deadline = System.nanoTime() + options.meetingTimeout().toNanos();
    boolean told = false;
    while (members.stream().anyMatch(member -> member.address == null)) {
      Event event = poll(TICK_MILLIS);
      if (event != null && event.report() instanceof Report.Ready ready) {
        members.get(event.rank()).executor = ready.executor();
        members.get(event.rank()).address = ready.address();
      }
      long left = deadline - System.nanoTime();
      if (!told && left < options.meetingTimeout().toNanos() * 5 / 6 && nobodyYet()) {
        told = true;
        notice.accept(missing());
      }
      // A worker that is there may take its time to load; one that is not has no cores.
      if (left < 0 && members.stream().anyMatch(member -> member.link == null)) {
        throw new InvarException(missing());
      }
    }
    checkDistinct();
    tell(
        new Command.Connect(
            members.stream().map(member -> Objects.requireNonNull(member.address)).toList()));
    while (members.stream().anyMatch(member -> !member.connected)) {
      Event event = poll(TICK_MILLIS);
      if (event != null && event.report() instanceof Report.Connected) {
        members.get(event.rank()).connected = true;
      }
    }
  }

  private boolean nobodyYet() {
    return members.stream().anyMatch(member -> member.link == null);
  }

  private String missing() {
    List<Integer> missing =
        IntStream.range(0, size()).filter(rank -> members.get(rank).link == null).boxed().toList();
    return "gang of %d workers with %d cores each: worker %s has not come in %d s. The stage waits for free cores:"
            .formatted(
                size(),
                plan.cores(),
                String.join(", ", missing.stream().map(String::valueOf).toList()),
                options.meetingTimeout().toSeconds())
        + " end other jobs of the application, or give it more executors, or set"
        + " train.exchange: driver, which takes cores as they come.";
  }

  /** Two workers on one executor would share its cores and die together. */
  private void checkDistinct() {
    Map<String, Integer> ranks = new HashMap<>();
    for (int rank = 0; rank < size(); rank++) {
      Integer other = ranks.put(String.valueOf(members.get(rank).executor), rank);
      if (other != null) {
        throw InvarException.of(
            "gang of " + size() + " workers",
            "one worker an executor",
            "workers %d and %d on executor %s".formatted(other, rank, members.get(rank).executor),
            "Executors have different numbers of cores: set spark.executor.cores, so that all have"
                + " as many.");
      }
    }
  }

  /** Tells all workers what to do. */
  void tell(Command command) {
    byte[] message = command.encode();
    for (int rank = 0; rank < size(); rank++) {
      MessageLink link = members.get(rank).link;
      try {
        if (link != null) {
          link.send(message);
        }
      } catch (IOException e) {
        LOG.debug("worker {} could not be told {}", rank, command, e);
        // Its reader sees the end of the link too, and next() says what has happened.
      }
    }
  }

  /** Returns what is said next. */
  Heard next() {
    while (true) {
      Heard heard = next(TICK_MILLIS);
      if (heard != null) {
        return heard;
      }
    }
  }

  /** Returns what is said next, or null when nothing is said in time. */
  @Nullable Heard next(long millis) {
    Event event = poll(millis);
    return event == null || event.report() == null || event.report() instanceof Report.Alive
        ? null
        : new Heard(event.rank(), event.report());
  }

  /** Takes the next event and throws when it means that the gang cannot go on. */
  private @Nullable Event poll(long millis) {
    Event event = take(millis);
    if (event != null) {
      note(event);
      if (event.report() == null || event.report() instanceof Report.Failed) {
        throw failure();
      }
    }
    for (int rank = 0; rank < size(); rank++) {
      Member member = members.get(rank);
      long silent = System.nanoTime() - member.heard;
      if (member.link != null && silent > options.workerTimeout().toNanos()) {
        throw hung(rank);
      }
    }
    return event;
  }

  private @Nullable Event take(long millis) {
    try {
      return events.poll(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InvarException("interrupted. What was saved stays; go on with --resume.", e);
    }
  }

  private void note(Event event) {
    if (event.rank() == Event.STAGE) {
      return;
    }
    Member member = members.get(event.rank());
    member.heard = System.nanoTime();
    if (event.report() == null) {
      member.closed = true;
    } else if (event.report() instanceof Report.Failed failed) {
      member.failed = failed;
    }
  }

  private WorkersLostException hung(int rank) {
    broken = true;
    Member member = members.get(rank);
    String executor = String.valueOf(member.executor);
    if (server != null && member.executor != null) {
      executors.replace(executor);
    }
    return new WorkersLostException(
        "worker %d, executor %s, has said nothing for %d s"
            .formatted(rank, executor, options.workerTimeout().toSeconds()));
  }

  /** Finds out why the gang cannot go on: what is heard first may be a consequence. */
  private RuntimeException failure() {
    broken = true;
    long deadline = System.nanoTime() + AFTERMATH_MILLIS * 1_000_000L;
    while (System.nanoTime() < deadline
        && first(Report.Cause.JOB) == null
        && members.stream().anyMatch(member -> member.link != null && !member.closed)) {
      Event event = take(TICK_MILLIS);
      if (event != null) {
        note(event);
      }
    }
    for (Report.Cause cause : List.of(Report.Cause.JOB, Report.Cause.STORAGE)) {
      String message = first(cause);
      if (message != null) {
        return new InvarException(
            message
                + (cause == Report.Cause.STORAGE
                    ? ". What was saved before stays; go on with --resume."
                    : ""));
      }
    }
    String memory = first(Report.Cause.MEMORY);
    if (server == null && memory != null) {
      return new InvarException(
          memory + ". Give the process more memory, or take a smaller batchSize.");
    }
    if (memory != null) {
      return new WorkersLostException(
          memory + " (give executors more memory: spark.executor.memory, or a smaller batchSize)");
    }
    return lost();
  }

  private RuntimeException lost() {
    List<String> dead = new ArrayList<>();
    for (int rank = 0; rank < size(); rank++) {
      Member member = members.get(rank);
      if (member.closed && member.failed == null) {
        dead.add("worker %d, executor %s, has died".formatted(rank, member.executor));
      }
    }
    Throwable cause = stage.failure();
    if (dead.isEmpty() && cause != null) {
      try {
        SparkFailures.explained(
            "gang of " + size() + " workers",
            () -> {
              throw cause instanceof Exception e ? e : new IllegalStateException(cause);
            });
      } catch (InvarException e) {
        return isFinal(cause) ? e : new WorkersLostException(String.valueOf(e.getMessage()));
      }
    }
    String peers = first(Report.Cause.PEER);
    return new WorkersLostException(
        !dead.isEmpty() ? String.join(", ", dead) : peers == null ? "the stage has ended" : peers);
  }

  /**
   * Whether the stage would fail again: the data are refused, or Spark cannot run a gang at all.
   */
  private static boolean isFinal(Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof InvarException || at.getClass().getSimpleName().startsWith("BarrierJob")) {
        return true;
      }
    }
    return false;
  }

  private @Nullable String first(Report.Cause cause) {
    for (Member member : members) {
      if (member.failed != null && member.failed.cause() == cause) {
        return member.failed.message();
      }
    }
    return null;
  }

  /** Lets the workers end, or cancels the stage, and waits until its cores are free. */
  @Override
  public void close() {
    if (ended) {
      return;
    }
    ended = true;
    tell(new Command.End());
    try {
      // Whoever waits for a peer that is gone does not hear of the end.
      if (!stage.await(broken ? 0 : END_MILLIS)) {
        stage.close();
        stage.await(END_MILLIS);
      }
      endSurvivors();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stage.close();
    }
    members.forEach(
        member -> {
          if (member.link != null) {
            member.link.close();
          }
        });
    if (server != null) {
      server.close();
    }
  }

  /** A task that does not end keeps its executor's cores from the next gang. */
  private void endSurvivors() throws InterruptedException {
    long deadline = System.nanoTime() + END_MILLIS * 1_000_000L;
    while (survivors().findAny().isPresent() && System.nanoTime() < deadline) {
      Event event = events.poll(TICK_MILLIS, TimeUnit.MILLISECONDS);
      if (event != null) {
        note(event);
      }
    }
    if (server != null) {
      survivors()
          .forEach(
              member -> {
                LOG.warn("executor {} does not end its task: it is replaced", member.executor);
                executors.replace(String.valueOf(member.executor));
              });
    }
  }

  private Stream<Member> survivors() {
    return members.stream()
        .filter(member -> member.link != null && !member.closed && member.executor != null);
  }
}
