package org.invar.gang;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.invar.collective.MessageLink;
import org.invar.compute.OutOfMemory;
import org.invar.compute.Reference;
import org.invar.nn.Dense;
import org.invar.nn.Layer;
import org.invar.nn.Tape;
import org.invar.rows.BlockCodec;
import org.invar.rows.SplitNames;
import org.invar.tensor.Initializer;
import org.invar.tensor.Layout;
import org.invar.tensor.Parameters;
import org.invar.tensor.Shape;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import scala.Tuple2;

/** A worker of a gang as the driver sees it, over a link within this process. */
@Timeout(60)
class GangSessionTest {
  /** What a user's layer does in training. */
  enum Fault {
    EXCEPTION,
    UNDECLARED,
    MEMORY,
    WRAPPED_MEMORY
  }

  /** A user's layer that throws on any thread. */
  record Faulty(Fault fault) implements Layer {
    @Override
    public Type output(Type input) {
      return input;
    }

    @Override
    public Value forward(Value x, Parameters parameters, Tape tape) {
      return x;
    }

    @Override
    public INDArray backward(INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
      switch (fault) {
        case EXCEPTION -> throw new IllegalStateException("the user's layer is broken");
        case UNDECLARED -> sneak(new java.io.IOException("the user's layer is broken"));
        case MEMORY -> throw new OutOfMemoryError("Java heap space");
        case WRAPPED_MEMORY -> throw new RuntimeException(new OutOfMemoryError("off the heap"));
      }
      return dy;
    }

    @SuppressWarnings("unchecked")
    private static <E extends Exception> void sneak(Exception e) throws E {
      throw (E) e;
    }
  }

  /** A layer that remembers the vectors that it was given. */
  record Grabbing(boolean failing) implements Layer {
    static final Queue<INDArray> SEEN = new ConcurrentLinkedQueue<>();

    @Override
    public Type output(Type input) {
      return input;
    }

    @Override
    public List<Layout.Spec> parameters(Type input) {
      return List.of(Layout.Spec.plain("g", Shape.of(4), new Initializer.Zeros()));
    }

    @Override
    public Value forward(Value x, Parameters parameters, Tape tape) {
      return x;
    }

    @Override
    public INDArray backward(INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
      SEEN.add(parameters.get("g"));
      SEEN.add(gradient.get("g"));
      if (failing) {
        throw new IllegalStateException("with vectors in its hands");
      }
      return dy;
    }
  }

  /** A layer that computes for a while, whatever happens. */
  record Slow(long millis) implements Layer {
    @Override
    public Type output(Type input) {
      return input;
    }

    @Override
    public Value forward(Value x, Parameters parameters, Tape tape) {
      long end = System.nanoTime() + millis * 1_000_000;
      while (System.nanoTime() < end) {
        Thread.onSpinWait();
      }
      return x;
    }

    @Override
    public INDArray backward(INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
      return dy;
    }
  }

  /** A session on a thread of its own, and the driver's end of its link. */
  private static final class Running implements AutoCloseable {
    final MessageLink link;
    final Thread thread;
    final AtomicReference<@Nullable Throwable> end = new AtomicReference<>();

    /** Whether the thread is interrupted some time after its session, when it has other work. */
    volatile boolean interruptedLater;

    Running(SmallRun small, List<Tuple2<String, byte[]>> blocks, int cores) {
      GangPlan plan = small.plan(1);
      link = LocalMeeting.open(small.run().runId(), plan.attempt());
      thread = new Thread(() -> run(plan, blocks, cores));
      thread.start();
    }

    private void run(GangPlan plan, List<Tuple2<String, byte[]>> blocks, int cores) {
      try (var session = new GangSession(plan, 0, "driver", "localhost", cores)) {
        session.run(blocks.iterator());
      } catch (Throwable e) {
        end.set(e);
      }
      try {
        Thread.interrupted();
        Thread.sleep(100);
      } catch (InterruptedException e) {
        interruptedLater = true;
      }
    }

    static Running of(SmallRun small, int cores) {
      return new Running(small, small.blocks(1, 0), cores);
    }

    void tell(Command command) throws Exception {
      link.send(command.encode());
    }

    /** Returns the next report but signs of life. */
    private final ArrayDeque<Report.Stepped> steps = new ArrayDeque<>();

    <T extends Report> T next(Class<T> type) throws Exception {
      while (true) {
        Report report = Report.decode(link.receive());
        if (!(report instanceof Report.Alive)) {
          return assertInstanceOf(type, report, report.toString());
        }
      }
    }

    /** Returns the next step, of those that are told at once one after another. */
    Report.Stepped stepped() throws Exception {
      if (steps.isEmpty()) {
        steps.addAll(next(Report.Progress.class).steps());
      }
      return steps.remove();
    }

    void connect() throws Exception {
      Report.Ready ready = next(Report.Ready.class);
      tell(new Command.Connect(List.of(ready.address())));
      next(Report.Connected.class);
    }

    /** Waits for the end; returns what the session threw. */
    @Nullable Throwable end() throws InterruptedException {
      thread.join(1100); // A second, and the time in which the thread looks out for interrupts.
      assertFalse(thread.isAlive(), "the session does not end");
      assertFalse(interruptedLater, "the session interrupts its thread later on");
      return end.get();
    }

    @Override
    public void close() {
      link.close();
    }
  }

  @TempDir private Path directory;
  private Set<String> threadsBefore = Set.of();

  private static Set<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("invar-"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @BeforeEach
  void look() {
    threadsBefore = threads();
  }

  @AfterEach
  void noThreadIsLeft() throws InterruptedException {
    long deadline = System.nanoTime() + 1_000_000_000L;
    while (!threadsBefore.containsAll(threads()) && System.nanoTime() < deadline) {
      Thread.sleep(10);
    }
    assertTrue(threadsBefore.containsAll(threads()), threads().toString());
  }

  @Test
  void aSessionFromBeginToEnd() throws Exception {
    SmallRun small = SmallRun.of("session");
    try (var reference = new Reference(small, small.plan(1), 1, 0);
        Running driver = Running.of(small, 2)) {
      driver.connect();
      driver.tell(SmallRun.command(0, 3));
      driver.tell(new Command.Evaluate(SmallRun.DEV));
      driver.tell(new Command.Keep());
      driver.tell(SmallRun.command(3, 4));
      driver.tell(new Command.Save(directory.resolve("run").toString(), "step-4", "kept-4"));
      driver.tell(new Command.UseKept());
      driver.tell(new Command.Evaluate(SmallRun.DEV));
      for (int step = 0; step < 3; step++) {
        assertArrayEquals(reference.step(step), driver.stepped().scores());
      }
      double[] dev = reference.evaluate(SmallRun.DEV);
      assertArrayEquals(dev, driver.next(Report.Evaluated.class).scores().get(0));
      assertArrayEquals(reference.step(3), driver.stepped().scores());
      Report.Saved saved = null;
      Report.Evaluated again = null;
      while (saved == null || again == null) {
        Report report = driver.next(Report.class);
        saved = report instanceof Report.Saved written ? written : saved;
        again = report instanceof Report.Evaluated scores ? scores : again;
      }
      assertArrayEquals(dev, again.scores().get(0));
      assertEquals(saved.weights().to(), reference.averager.to());
      assertNotNull(saved.kept());
      driver.tell(new Command.End());
      assertNull(driver.end());
      assertThrows(EOFException.class, () -> driver.next(Report.class));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aLayerThatFailsIsReported(Fault fault) throws Exception {
    SmallRun small = SmallRun.of("fault", Dense.of(8), new Faulty(fault), Dense.of(3));
    try (Running driver = Running.of(small, 2)) {
      driver.connect();
      driver.tell(SmallRun.command(0, 3));
      Report.Failed failed = driver.next(Report.Failed.class);
      boolean memory = fault == Fault.MEMORY || fault == Fault.WRAPPED_MEMORY;
      assertEquals(memory ? Report.Cause.MEMORY : Report.Cause.JOB, failed.cause());
      assertTrue(failed.message().startsWith("worker 0 of 1, executor driver: "), failed.message());
      if (!memory) {
        assertTrue(failed.message().endsWith("the user's layer is broken"), failed.message());
      }
      Throwable end = driver.end();
      // Spark ends a process where it sees an error of memory.
      assertNull(OutOfMemory.behind(end), String.valueOf(end));
    }
  }

  @Test
  void aDirectoryThatCannotBeWrittenIsReported() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    SmallRun small = SmallRun.of("storage");
    try (Running driver = Running.of(small, 1)) {
      driver.connect();
      driver.tell(new Command.Save(file + "/run", "step-0", ""));
      Report.Failed failed = driver.next(Report.Failed.class);
      assertEquals(Report.Cause.STORAGE, failed.cause(), failed.message());
      driver.tell(new Command.End());
      assertNull(driver.end());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aDriverThatGoesEndsTheSessionWithinASecond(boolean evaluating) throws Exception {
    SmallRun small = SmallRun.of("gone", new Slow(250), Dense.of(3));
    try (Running driver = Running.of(small, 2)) {
      driver.connect();
      driver.tell(evaluating ? new Command.Evaluate(SplitNames.TRAIN) : SmallRun.command(0, 3));
      Thread.sleep(100);
      driver.close();
      Throwable end = driver.end();
      assertNotNull(end);
      assertTrue(String.valueOf(end.getMessage()).contains("has closed the link"), end.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void anInterruptEndsTheSessionAndIsReported(int cores) throws Exception {
    SmallRun small = SmallRun.of("interrupt", new Slow(250), Dense.of(3));
    try (Running driver = Running.of(small, cores)) {
      driver.connect();
      driver.tell(SmallRun.command(0, 3));
      Thread.sleep(100);
      driver.thread.interrupt();
      assertNotNull(driver.end());
      assertEquals(Report.Cause.PEER, driver.next(Report.Failed.class).cause());
    }
  }

  @Test
  void aMessageThatIsNoCommandEndsTheSession() throws Exception {
    try (Running driver = Running.of(SmallRun.of("damage"), 1)) {
      driver.connect();
      driver.link.send(new byte[] {1, 0, 0, 0, 1, 0, 0, 0, 1, 'a', 0, 1, 0, 0});
      Report.Failed failed = driver.next(Report.Failed.class);
      assertEquals(Report.Cause.PEER, failed.cause());
      assertTrue(failed.message().contains("port out of range"), failed.message());
      assertNotNull(driver.end());
    }
  }

  @Test
  void anEndBeforeTheMeetingIsNoFailure() throws Exception {
    try (Running driver = Running.of(SmallRun.of("early"), 1)) {
      driver.next(Report.Ready.class);
      driver.tell(new Command.End());
      assertNull(driver.end());
    }
  }

  @Test
  void shardsThatAreNotThoseOfTheStartAreRefused() throws Exception {
    SmallRun small = SmallRun.of("shards");
    List<Tuple2<String, byte[]>> less = small.blocks(1, 0);
    less.removeIf(
        block -> block._1().equals(SplitNames.TRAIN) && BlockCodec.shard(block._2()) == 3);
    try (Running driver = new Running(small, less, 1)) {
      Report.Failed failed = driver.next(Report.Failed.class);
      assertEquals(Report.Cause.JOB, failed.cause());
      assertTrue(failed.message().contains("no rows of shard 3 arrived"), failed.message());
      assertNotNull(driver.end());
    }
  }

  /** Weights and gradients are given back at the end, also those of a step that fails. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void vectorsOutsideTheHeapAreFreed(boolean failing) throws Exception {
    SmallRun small = SmallRun.of("memory", Dense.of(8), new Grabbing(failing), Dense.of(3));
    Grabbing.SEEN.clear();
    try (Running driver = Running.of(small, 2)) {
      driver.connect();
      driver.tell(SmallRun.command(0, 1));
      Report report = driver.next(Report.class);
      assertEquals(failing, report instanceof Report.Failed, report.toString());
      if (!failing) {
        assertFalse(Grabbing.SEEN.peek().data().wasClosed());
        driver.tell(new Command.End());
      }
      assertEquals(failing, driver.end() != null);
    }
    assertTrue(Grabbing.SEEN.size() >= 2, Grabbing.SEEN.size() + " were seen");
    Grabbing.SEEN.forEach(array -> assertTrue(array.data().wasClosed(), "memory was not freed"));
  }
}
