package org.invar.exchange;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.stream.Stream;
import org.invar.InvarException;
import org.invar.collective.ControlServer;
import org.invar.collective.MessageLink;
import org.invar.gang.Command;
import org.invar.gang.GangPlan;
import org.invar.gang.LocalMeeting;
import org.invar.gang.Report;
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

  private final GangPlan plan;
  private final GangOptions options;
  private final Executors executors;
  private final IntSupplier within;
  private final Consumer<String> notice;
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final List<GangMember> members = new ArrayList<>();
  private final @Nullable ControlServer server;
  private final GangStage stage;
  private final GangWatch watch;
  private boolean broken;
  private boolean ended;

  /**
   * Starts the stage; {@link #meet} waits for its workers.
   *
   * @param within how many executors it may count on, of those that live now
   * @param server where workers of other processes report, or null in local mode
   * @param launch starts the stage; it calls what it is given when the stage is over
   * @param notice hears what the user should know
   */
  Gang(
      GangPlan plan,
      GangOptions options,
      Executors executors,
      IntSupplier within,
      @Nullable ControlServer server,
      Launch launch,
      Consumer<String> notice) {
    this.plan = plan;
    this.options = options;
    this.executors = executors;
    this.within = within;
    this.server = server;
    this.notice = notice;
    for (int rank = 0; rank < plan.workers(); rank++) {
      members.add(new GangMember(rank, plan.workers() == 1));
    }
    this.watch = new GangWatch(members, options, executors, server == null);
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
    GangMember member = members.get(rank);
    member.heard = System.nanoTime();
    member.link = link;
    Thread reader =
        new Thread(
            () -> {
              try {
                while (true) {
                  Report report = Report.decode(link.receive());
                  member.heard = System.nanoTime();
                  events.add(new Event(rank, report));
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
    long start = System.nanoTime();
    boolean told = false;
    while (members.stream().anyMatch(member -> member.address == null)) {
      poll(TICK_MILLIS);
      Duration waited = Duration.ofNanos(System.nanoTime() - start);
      if (AbsentWorkers.none(members)) {
        continue; // A worker that is there may take its time to load its shards.
      }
      int left = server == null ? size() : within.getAsInt();
      if (left < size() && waited.compareTo(options.replacementWait()) > 0) {
        broken = true;
        throw new WorkersLostException(
            "%d of %d executors were left before the gang met".formatted(left, size()));
      }
      if (waited.compareTo(options.meetingTimeout()) > 0) {
        throw new InvarException(waitingFor(waited));
      }
      if (!told && waited.compareTo(options.meetingTimeout().dividedBy(6)) > 0) {
        told = true;
        notice.accept(waitingFor(waited));
      }
    }
    if (server != null) {
      server.shut();
      LOG.info(
          "{} workers of {} cores have met, their frames {}",
          size(),
          plan.cores(),
          plan.meeting().encrypted() ? "encrypted with AES-256-GCM" : "in clear");
    }
    GangMember.checkDistinct(members);
    tell(
        new Command.Connect(
            members.stream().map(member -> Objects.requireNonNull(member.address)).toList()));
    while (members.stream().anyMatch(member -> !member.connected)) {
      poll(TICK_MILLIS);
    }
  }

  private String waitingFor(Duration waited) {
    GangPlan.Meeting meeting = plan.meeting();
    String driver = meeting.driverHost() + ":" + meeting.driverPort();
    return new AbsentWorkers(plan.cores(), driver, members, executors.alive(), stage.running())
        .message(waited);
  }

  /** Tells all workers what to do. */
  void tell(Command command) {
    byte[] message = command.encode();
    for (int rank = 0; rank < size(); rank++) {
      members.get(rank).told(command, System.nanoTime());
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
    RuntimeException complaint = watch.complaint();
    if (complaint != null) {
      broken = true;
      throw complaint;
    }
    return event;
  }

  private @Nullable Event take(long millis) {
    try {
      return events.poll(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw InvarException.interrupted(e);
    }
  }

  private void note(Event event) {
    if (event.rank() == Event.STAGE) {
      return;
    }
    members.get(event.rank()).note(event.report(), System.nanoTime());
  }

  /** Finds out why the gang cannot go on: what is heard first may be a consequence. */
  private RuntimeException failure() {
    broken = true;
    long deadline = System.nanoTime() + AFTERMATH_MILLIS * 1_000_000L;
    while (System.nanoTime() < deadline
        && (members.stream().anyMatch(GangMember::isThere) || isUnexplained())) {
      Event event = take(TICK_MILLIS);
      if (event != null) {
        note(event);
      }
    }
    return new GangFailure(members, executors, stage.failure(), server == null).explained();
  }

  /** Whether a worker has ended without a word and Spark has not yet said what of. */
  private boolean isUnexplained() {
    return server != null
        && !stage.isOver()
        && members.stream().anyMatch(member -> member.closed && member.failed == null);
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

  private Stream<GangMember> survivors() {
    return members.stream().filter(member -> member.isThere() && member.executor != null);
  }
}
