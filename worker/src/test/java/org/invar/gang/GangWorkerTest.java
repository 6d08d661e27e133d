package org.invar.gang;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.invar.collective.Collective;
import org.invar.compute.ComputeThreads;
import org.invar.compute.Reference;
import org.invar.compute.Slicing;
import org.invar.kernel.onednn.Fastest;
import org.invar.tensor.Layout;
import org.invar.tensor.SumTree;
import org.invar.tensor.SumTree.Node;
import org.invar.tensor.Weights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A gang that shares every step's gradient has the bits of one averager over everything. */
@Timeout(60)
class GangWorkerTest {
  private static final int STEPS = 6;
  private final SmallRun small = SmallRun.of("gang");

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 7})
  void neitherWorkersNorThreadsReachTheWeights(int workers) throws Exception {
    assertTrainsTo(Reference.train(small, small.plan(1), STEPS), small.plan(workers));
  }

  /** Without clipping by norm a chunk is updated in the pass that finishes its sum. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void neitherWorkersNorThreadsReachTheWeightsOfUnclippedSteps(int workers) throws Exception {
    Weights expected = Reference.train(small, small.unclipped(1), STEPS);
    Weights clipped = Reference.train(small, small.plan(1), STEPS);
    assertFalse(Arrays.equals(expected.parameters(), clipped.parameters()));
    assertTrainsTo(expected, small.unclipped(workers));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7})
  void neitherWorkersNorThreadsReachTheWeightsOfGroups(int workers) throws Exception {
    Weights expected = Reference.train(small, small.grouped(1, 0), STEPS);
    assertFrozen(expected);
    assertTrainsTo(expected, small.grouped(workers, 0));
  }

  /** Of three equal float32 values the mean is not always the value. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 5})
  void averagesLeaveWhatIsFrozen(int workers) throws Exception {
    small.gang(
        small.grouped(workers, 1),
        1,
        (gang, reports) -> {
          SmallRun.take(gang, 0, STEPS);
          assertFrozen(gang.state().weights().read());
        });
  }

  /** Frozen parameters, and no others, are as they began. */
  private void assertFrozen(Weights weights) {
    Layout layout = small.run().network().layout();
    float[] start = layout.initialValues(small.run().seed());
    for (Layout.Entry entry : layout.entries()) {
      float[] before = part(start, entry);
      float[] after = part(weights.parameters(), entry);
      boolean frozen = entry.name().startsWith(SmallRun.FROZEN);
      assertEquals(frozen, Arrays.equals(before, after), entry.name());
    }
  }

  private static float[] part(float[] flat, Layout.Entry entry) {
    return Arrays.copyOfRange(flat, entry.offset(), entry.end());
  }

  private void assertTrainsTo(Weights expected, GangPlan plan) throws Exception {
    int most = plan.workers() == small.run().shards() ? 1 : 3; // One shard is one thread's.
    for (int threads = 1; threads <= most; threads++) {
      String where = threads + " threads";
      small.gang(
          plan,
          threads,
          (gang, reports) -> {
            SmallRun.take(gang, 0, STEPS);
            Weights found = gang.state().weights().read();
            SliceRun.assertBits(expected.parameters(), found.parameters(), where);
            SliceRun.assertBits(expected.state(), found.state(), where);
          });
    }
  }

  @Test
  void aWorkerThatCannotBeMadeFreesItsWeights() throws Exception {
    GangPlan plan = small.plan(1);
    int states = small.run().network().stateLayout().length();
    var slicing = new Slicing(small.run().network().layout().length(), states, 1);
    GangState state = GangState.of(plan, slicing, 0);
    var splits = small.splits(1, 0);
    System.setProperty(Fastest.PROPERTY, "none");
    try (var threads = new ComputeThreads(1)) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new GangWorker(plan, state, Collective.alone(), splits, threads, report -> {}));
    } finally {
      System.clearProperty(Fastest.PROPERTY);
    }
    assertTrue(state.weights().isClosed());
  }

  @Test
  void rankZeroReportsEveryStepWithTheSumsOfAll() throws Exception {
    ConcurrentLinkedQueue<Report> all = new ConcurrentLinkedQueue<>();
    small.gang(
        small.plan(3),
        1,
        (gang, reports) -> {
          SmallRun.take(gang, 0, STEPS);
          all.addAll(reports);
        });
    List<Report.Stepped> steps = SmallRun.steps(all);
    assertEquals(STEPS, steps.size(), all.toString());
    try (var reference = new Reference(small, small.plan(1), 1, 0)) {
      int step = 0;
      for (Report.Stepped stepped : steps) {
        assertArrayEquals(reference.step(step++), stepped.scores());
        assertTrue(stepped.timings().bytes() > 0 && stepped.timings().millis() > 0);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void anEvaluationIsFinishedOverTheTree(int workers) throws Exception {
    double[] expected;
    try (var reference = new Reference(small, small.plan(1), 1, 0)) {
      reference.step(0);
      reference.step(1);
      expected = reference.evaluate(SmallRun.DEV);
    }
    ConcurrentLinkedQueue<Report> all = new ConcurrentLinkedQueue<>();
    small.gang(
        small.plan(workers),
        2,
        (gang, reports) -> {
          SmallRun.take(gang, 0, 2);
          reports.clear();
          gang.evaluate(SmallRun.DEV);
          all.addAll(reports);
        });
    assertArrayEquals(expected, finished(List.copyOf(all)));
  }

  private double[] finished(List<Report> reports) {
    Map<Node, double[]> known = new HashMap<>();
    for (Report report : reports) {
      var part = assertInstanceOf(Report.Evaluated.class, report);
      for (int i = 0; i < part.nodes().size(); i++) {
        known.put(part.nodes().get(i), part.scores().get(i));
      }
    }
    double[] sum = SumTree.finish(new Node(0, small.run().shards()), known::get, Reference::add);
    return sum == null ? new double[0] : sum;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 7})
  void everybodyComputesWithTheKeptWeights(int workers) throws Exception {
    Weights expected = Reference.train(small, small.plan(1), 2);
    small.gang(
        small.plan(workers),
        1,
        (gang, reports) -> {
          SmallRun.take(gang, 0, 1);
          gang.state().keep();
          SmallRun.take(gang, 1, 2);
          gang.state().keep();
          SmallRun.take(gang, 2, 4);
          gang.useKept();
          Weights found = gang.state().weights().read();
          SliceRun.assertBits(expected.parameters(), found.parameters(), "parameters");
          SliceRun.assertBits(expected.state(), found.state(), "state");
        });
  }

  /** The step that breaks the weights is taken, and the next one by nobody. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void aLossThatIsNotFiniteEndsTheStepsOfAll(int workers) throws Exception {
    ConcurrentLinkedQueue<Report> all = new ConcurrentLinkedQueue<>();
    small.gang(
        small.plan(workers),
        2,
        (gang, reports) -> {
          gang.steps(new Command.Steps(0, 0, 0, new double[] {1e38, 1e38, 1e38}));
          assertEquals(1, gang.state().averager().steps());
          all.addAll(reports);
        });
    List<Report.NotFinite> broken =
        all.stream()
            .filter(Report.NotFinite.class::isInstance)
            .map(Report.NotFinite.class::cast)
            .toList();
    assertEquals(workers, broken.size(), all.toString());
    assertEquals(workers + 1, all.size(), all.toString());
    broken.forEach(report -> assertEquals(2, report.step(), report.toString()));
  }
}
