package org.invar.gang;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.invar.InvarException;
import org.invar.collective.Collective;
import org.invar.collective.ControlClient;
import org.invar.collective.Membership;
import org.invar.collective.Mesh;
import org.invar.collective.MessageLink;
import org.invar.compute.ComputeThreads;
import org.invar.compute.OutOfMemory;
import org.invar.compute.ProcessMemory;
import org.invar.compute.RunPlan;
import org.invar.data.Shards;
import org.invar.rows.ShardLoader;
import org.invar.rows.ShardRows;
import org.invar.rows.SplitNames;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/**
 * A worker's place in a gang: its link to the driver, its sign of life, its commands one by one,
 * and what it says when it fails.
 */
final class GangSession implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GangSession.class);
  private static final int HEARTBEAT_MILLIS = 1000;

  private final GangPlan plan;
  private final Membership self;
  private final String executor;
  private final String host;
  private final ComputeThreads threads;
  private final BlockingQueue<Command> commands = new LinkedBlockingQueue<>();
  private final Thread worker = Thread.currentThread();
  private final ScheduledExecutorService heartbeat =
      Executors.newSingleThreadScheduledExecutor(work -> daemon(work, "invar-heartbeat"));
  private @Nullable MessageLink link;
  private @Nullable Mesh mesh;
  private @Nullable CheckpointWriter writer;
  private volatile @Nullable Collective collective;
  private volatile @Nullable GangWorker gang;
  private volatile @Nullable String driverLost;
  private boolean closed;

  GangSession(GangPlan plan, int rank, String executor, String host, int cores) {
    this.plan = plan;
    this.self = new Membership(plan.run().runId(), plan.attempt(), rank, plan.workers());
    this.executor = executor;
    this.host = host;
    this.threads = new ComputeThreads(cores);
  }

  static Thread daemon(Runnable work, String name) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }

  /** Works until the driver says that the run is over. */
  void run(Iterator<Tuple2<String, byte[]>> blocks) {
    try {
      MessageLink driver = join();
      link = driver;
      report(alive());
      var unused =
          heartbeat.scheduleAtFixedRate(
              this::signOfLife, HEARTBEAT_MILLIS, HEARTBEAT_MILLIS, TimeUnit.MILLISECONDS);
      daemon(() -> listen(driver), "invar-commands").start();
      plan.memoryNeed(self.rank()).require(place(), ProcessMemory.current());
      work(load(blocks));
    } catch (Throwable e) { // An Error too: the driver must hear of it before the process ends.
      fail(e);
    }
  }

  private String place() {
    return "worker %d of %d, executor %s".formatted(self.rank(), self.size(), executor);
  }

  /** Memory may end here too; what comes next must not end with it. */
  private void signOfLife() {
    try {
      quietly(alive());
    } catch (OutOfMemoryError e) {
      LOG.debug("no memory for a sign of life", e);
    }
  }

  private Report.Alive alive() {
    GangWorker working = gang;
    return new Report.Alive(executor, working == null ? 0 : working.passes());
  }

  private MessageLink join() throws IOException, InterruptedException {
    GangPlan.Meeting meeting = plan.meeting();
    String driver = meeting.driverHost();
    if (driver == null) {
      return LocalMeeting.join(self.run(), self.attempt());
    }
    var address = new InetSocketAddress(driver, meeting.driverPort());
    return ControlClient.connect(
        self, meeting.key(), meeting.encrypted(), address, meeting.timeout());
  }

  private void report(Report report) throws IOException {
    MessageLink driver = link;
    if (driver != null) {
      driver.send(report.encode());
    }
  }

  private void quietly(Report report) {
    try {
      report(report);
    } catch (IOException e) {
      LOG.debug("{} did not reach the driver", report, e);
    }
  }

  /** Takes commands as they come; without a driver the worker ends. */
  private void listen(MessageLink driver) {
    try {
      while (true) {
        Command command = Command.decode(driver.receive());
        commands.add(command);
        if (command instanceof Command.End) {
          return;
        }
      }
    } catch (IOException e) {
      lose(e instanceof EOFException ? "the driver has closed the link" : e.toString());
    } catch (InterruptedException e) {
      lose("interrupted");
    } catch (RuntimeException | Error e) { // Without its commands the worker would wait for ever.
      lose(e.toString());
    }
  }

  /** An interrupt must not come once the thread has other work. */
  private synchronized void lose(String reason) {
    if (closed) {
      return;
    }
    driverLost = reason;
    Collective peers = collective;
    if (peers != null) {
      peers.abort("the driver is gone: " + reason);
    }
    worker.interrupt();
  }

  private Map<String, Map<Integer, ShardRows>> load(Iterator<Tuple2<String, byte[]>> blocks) {
    RunPlan run = plan.run();
    run.checkKernels();
    ShardLoader loader = new ShardLoader(run.hashes());
    blocks.forEachRemaining(block -> loader.add(block._1(), block._2()));
    Map<String, Map<Integer, ShardRows>> splits = new TreeMap<>();
    for (String split : run.hashes().keySet()) {
      splits.put(split, loader.shards(split));
    }
    Shards.Range range = Shards.range(run.shards(), plan.workers(), self.rank());
    Map<Integer, ShardRows> train = splits.getOrDefault(SplitNames.TRAIN, Map.of());
    for (int shard = range.from(); shard < range.to(); shard++) {
      if (run.shardRows()[shard] > 0 && !train.containsKey(shard)) {
        throw new IllegalStateException("no rows of shard " + shard + " arrived");
      }
    }
    return splits;
  }

  private void work(Map<String, Map<Integer, ShardRows>> splits)
      throws IOException, InterruptedException {
    Mesh doors = plan.workers() == 1 ? null : bind();
    InetSocketAddress address =
        doors == null ? InetSocketAddress.createUnresolved(host, 0) : doors.address();
    report(new Report.Ready(address));
    Command first = next();
    if (first instanceof Command.Connect connect) {
      try (Collective peers = doors == null ? Collective.alone() : meet(doors, connect)) {
        collective = peers;
        work(peers, splits);
      }
    } else if (!(first instanceof Command.End)) {
      throw new IllegalStateException(first + " came instead of the command to connect");
    }
  }

  private void work(Collective peers, Map<String, Map<Integer, ShardRows>> splits)
      throws IOException, InterruptedException {
    var working = new GangWorker(plan, peers, splits, threads, this::report);
    try (working) {
      gang = working;
      writer = new CheckpointWriter(plan, self, this::quietly);
      report(new Report.Connected());
      for (Command command = next(); !(command instanceof Command.End); command = next()) {
        obey(command, working);
      }
    }
  }

  private Mesh bind() {
    GangPlan.Meeting meeting = plan.meeting();
    Mesh bound =
        Mesh.bind(
            self,
            meeting.key(),
            meeting.encrypted(),
            host,
            meeting.workerPort(),
            meeting.portRetries());
    mesh = bound;
    return bound;
  }

  private Collective meet(Mesh doors, Command.Connect connect)
      throws IOException, InterruptedException {
    GangPlan.Meeting meeting = plan.meeting();
    return doors.connect(connect.addresses(), meeting.timeout(), meeting.stall());
  }

  private Command next() throws InterruptedException {
    return commands.take();
  }

  private void obey(Command command, GangWorker working) throws IOException, InterruptedException {
    if (command instanceof Command.Steps steps) {
      working.steps(steps);
    } else if (command instanceof Command.Evaluate evaluate) {
      working.evaluate(evaluate.split());
    } else if (command instanceof Command.Keep) {
      working.state().keep();
    } else if (command instanceof Command.UseKept) {
      working.useKept();
    } else if (command instanceof Command.Save save && writer != null) {
      long begun = System.nanoTime();
      String broken = working.state().firstNotFinite();
      if (broken == null) {
        writer.save(save, working.state(), begun);
      } else {
        report(
            new Report.NotFinite(
                working.state().averager().steps(),
                Report.NotFinite.CHECKPOINT,
                "parameter " + broken));
      }
    } else {
      throw new IllegalStateException(command + " is not expected here");
    }
  }

  /** Says what happened, and lets the task fail. */
  private void fail(Throwable e) {
    boolean interrupted = Thread.interrupted(); // A channel would close and not send the report.
    boolean ended = driverLost != null || interrupted || FailureCause.isEndedBySpark(e);
    Report.Cause cause = ended ? Report.Cause.PEER : FailureCause.of(e);
    String reason = driverLost == null ? String.valueOf(e) : driverLost;
    Throwable memory = cause == Report.Cause.MEMORY ? OutOfMemory.behind(e) : null;
    String message =
        e instanceof InvarException
            ? String.valueOf(e.getMessage())
            : place() + ": " + (memory == null ? reason : ProcessMemory.text(memory));
    quietly(new Report.Failed(cause, message));
    if (interrupted) {
      worker.interrupt();
    }
    if (memory != null || e instanceof InvarException) {
      LOG.info("{}", message, e); // The driver says all that there is to say.
    } else if (cause != Report.Cause.PEER) {
      LOG.error("{} failed", place(), e);
    }
    if (memory != null) {
      throw new IllegalStateException(message); // Spark ends a process where it sees the error.
    }
    if (e instanceof Error error) {
      throw error;
    }
    throw new IllegalStateException(message, e);
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    heartbeat.shutdownNow();
    if (writer != null) {
      writer.close();
    }
    if (mesh != null) {
      mesh.close();
    }
    threads.close();
    if (link != null) {
      link.close();
    }
  }
}
