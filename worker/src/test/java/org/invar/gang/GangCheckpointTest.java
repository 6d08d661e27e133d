package org.invar.gang;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.invar.collective.Membership;
import org.invar.compute.FlatPair;
import org.invar.compute.Reference;
import org.invar.compute.Slicing;
import org.invar.storage.SliceFile;
import org.invar.tensor.Layout;
import org.invar.tensor.Weights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A gang that goes on from slices that another gang wrote. */
@Timeout(60)
class GangCheckpointTest {
  private static final int STEPS = 6;
  private final SmallRun small = SmallRun.of("checkpoint");
  @TempDir private Path directory;

  /** What all workers said of one checkpoint, by rank. */
  private final Report.Saved[] saved = new Report.Saved[9];

  @ParameterizedTest
  @CsvSource({"1, 3", "3, 2", "5, 1", "2, 5"})
  void anyGangGoesOnWithTheBitsOfOneThatNeverStopped(int before, int after) throws Exception {
    GangPlan first = small.plan(before);
    small.gang(
        first,
        2,
        (gang, reports) -> {
          SmallRun.take(gang, 0, 2);
          gang.state().keep();
          SmallRun.take(gang, 2, 4);
          save(first, gang, 4);
        });
    Weights kept = Reference.train(small, first, 2);
    Weights expected = Reference.train(small, first, STEPS);
    small.gang(
        small.plan(after, 0, start(before, 4)),
        1,
        (gang, reports) -> {
          SmallRun.take(gang, 4, STEPS);
          assertSame(expected, gang.state().weights().read());
          assertEquals(STEPS, gang.state().averager().steps());
          gang.useKept();
          assertSame(kept, gang.state().weights().read());
        });
  }

  @Test
  void workersThatAverageGoOnToo() throws Exception {
    GangPlan whole = small.plan(3, 2, null);
    ConcurrentLinkedQueue<Weights> ends = new ConcurrentLinkedQueue<>();
    small.gang(
        whole,
        1,
        (gang, reports) -> {
          SmallRun.take(gang, 0, 3);
          gang.state().keep();
          save(whole, gang, 3);
          SmallRun.take(gang, 3, STEPS);
          ends.add(gang.state().weights().read());
        });
    Weights expected = ends.element();
    small.gang(
        small.plan(3, 2, start(3, 3)),
        2,
        (gang, reports) -> {
          SmallRun.take(gang, 3, STEPS);
          assertSame(expected, gang.state().weights().read());
        });
    small.gang(
        small.plan(2, 0, start(3, 3)),
        2,
        (gang, reports) -> {
          Weights begin = gang.state().weights().read();
          gang.useKept();
          assertSame(begin, gang.state().weights().read());
        });
  }

  private static void assertSame(Weights expected, Weights found) {
    SliceRun.assertBits(expected.parameters(), found.parameters(), "parameters");
    SliceRun.assertBits(expected.state(), found.state(), "state");
  }

  /** Saves at a step, and goes on while that is written. */
  private void save(GangPlan plan, GangWorker gang, int step) throws Exception {
    int rank = rank(plan, gang);
    BlockingQueue<Report> said = new LinkedBlockingQueue<>();
    try (var writer = writer(plan, rank, said)) {
      long begun = System.nanoTime() - TimeUnit.HOURS.toNanos(1);
      writer.save(
          new Command.Save(directory.toString(), "step-" + step, "kept"), gang.state(), begun);
      FlatPair weights = gang.state().weights();
      Weights before = weights.read();
      Weights other = before.copy();
      Arrays.fill(other.parameters(), Float.NaN);
      weights.write(other); // What is written is what was there when it was asked.
      saved[rank] = assertInstanceOf(Report.Saved.class, said.poll(20, TimeUnit.SECONDS));
      weights.write(before);
      double hour = TimeUnit.HOURS.toMillis(1); // As if copying had taken so long.
      assertTrue(saved[rank].millis() > hour, "a cost that leaves out the copying");
    }
  }

  private static CheckpointWriter writer(GangPlan plan, int rank, BlockingQueue<Report> said) {
    return new CheckpointWriter(
        plan, new Membership(plan.run().runId(), 0, rank, plan.workers()), said::add);
  }

  private int rank(GangPlan plan, GangWorker gang) {
    var network = small.run().network();
    var slicing =
        new Slicing(network.layout().length(), network.stateLayout().length(), plan.workers());
    int from = gang.state().snapshot().state().from();
    for (int rank = 0; rank < plan.workers(); rank++) {
      if (slicing.stateFrom(rank) == from) {
        return rank;
      }
    }
    throw new IllegalStateException("no slice of the state begins at " + from);
  }

  private GangPlan.Start start(int workers, long step) {
    List<String> slices = new ArrayList<>();
    List<String> kept = new ArrayList<>();
    for (int rank = 0; rank < workers; rank++) {
      slices.add(saved[rank].weights().toJson().toString());
      SliceFile file = Objects.requireNonNull(saved[rank].kept());
      kept.add(file.toJson().toString());
    }
    return new GangPlan.Start(directory.toString(), step, slices, kept);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void aWorkerNamesTheFirstParameterOfItsSliceThatIsNotFinite(int workers) throws Exception {
    List<Layout.Entry> entries = small.run().network().layout().entries();
    Layout.Entry early = entries.get(1);
    Layout.Entry late = entries.get(entries.size() - 1);
    ConcurrentLinkedQueue<String> found = new ConcurrentLinkedQueue<>();
    small.gang(
        small.plan(workers),
        1,
        (gang, reports) -> {
          assertEquals(null, gang.state().firstNotFinite());
          for (Layout.Entry entry : List.of(early, late)) {
            gang.state().weights().write(entry.end() - 1, new float[] {Float.NaN}, 0, 1);
          }
          found.add(String.valueOf(gang.state().firstNotFinite()));
        });
    // Of three, the second has neither of them.
    List<String> expected =
        workers == 1 ? List.of(early.name()) : List.of(early.name(), late.name(), "null");
    assertEquals(expected, found.stream().sorted().toList());
  }

  @Test
  void whatCannotBeWrittenIsAFailureOfTheStorage() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    GangPlan plan = small.plan(1);
    small.gang(
        plan,
        1,
        (gang, reports) -> {
          BlockingQueue<Report> said = new LinkedBlockingQueue<>();
          try (var writer = writer(plan, 0, said)) {
            writer.save(
                new Command.Save(file + "/run", "step-1", ""), gang.state(), System.nanoTime());
            var failed = assertInstanceOf(Report.Failed.class, said.poll(20, TimeUnit.SECONDS));
            assertEquals(Report.Cause.STORAGE, failed.cause(), failed.message());
            assertTrue(failed.message().startsWith(file + "/run: "), failed.message());
          }
        });
  }

  /** Its storage is not to blame, so the run goes on from the checkpoint before. */
  @Test
  void aWorkerThatEndsWhileItWritesBlamesNobody() throws Exception {
    GangPlan plan = small.plan(1);
    plan.hadoop()
        .value()
        .set("fs." + HangingFileSystem.SCHEME + ".impl", HangingFileSystem.class.getName());
    BlockingQueue<Report> said = new LinkedBlockingQueue<>();
    CountDownLatch ended = new CountDownLatch(1);
    small.gang(
        plan,
        1,
        (gang, reports) -> {
          try (var writer = writer(plan, 0, said)) {
            String place = HangingFileSystem.SCHEME + "://" + directory.resolve("run");
            writer.save(new Command.Save(place, "step-1", ""), gang.state(), System.nanoTime());
            assertTrue(HangingFileSystem.BEGUN.tryAcquire(20, TimeUnit.SECONDS), "not begun");
          }
          ended.countDown();
        });
    assertEquals(0, ended.getCount());
    assertEquals(null, said.poll(300, TimeUnit.MILLISECONDS));
  }
}
