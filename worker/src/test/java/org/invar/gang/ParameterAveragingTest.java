package org.invar.gang;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.invar.compute.Reference;
import org.invar.tensor.Weights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Workers that take steps alone and average: each as if alone, then the mean of all. */
@Timeout(60)
class ParameterAveragingTest {
  private static final int STEPS = 6;
  private final SmallRun small = SmallRun.of("averages");

  /** An epoch of 3 steps ends with an average, whatever k is. */
  @ParameterizedTest
  @CsvSource({"1, 2", "2, 1", "2, 2", "3, 2", "3, 5", "7, 3"})
  void afterKStepsAllHaveTheMeanOfWhatEachHasAlone(int workers, int every) throws Exception {
    GangPlan plan = small.plan(workers, every, null);
    Reference[] alone = new Reference[workers];
    List<double[]> scores = new ArrayList<>();
    List<Integer> counts = new ArrayList<>();
    for (int rank = 0; rank < workers; rank++) {
      alone[rank] = new Reference(small, plan, workers, rank);
    }
    double[][] sums = new double[workers][];
    int count = 0;
    for (int step = 0; step < STEPS; step++) {
      for (int rank = 0; rank < workers; rank++) {
        double[] taken = alone[rank].step(step);
        sums[rank] = count == 0 ? taken : Reference.add(sums[rank], taken);
      }
      count++;
      int batch = step % SmallRun.STEPS_AN_EPOCH + 1;
      if (batch % every == 0 || batch == SmallRun.STEPS_AN_EPOCH) {
        Reference.average(alone);
        scores.add(
            org.invar.tensor.SumTree.sum(
                new org.invar.tensor.SumTree.Node(0, workers), rank -> sums[rank], Reference::add));
        counts.add(count);
        count = 0;
      }
    }
    ConcurrentLinkedQueue<Report> all = new ConcurrentLinkedQueue<>();
    small.gang(
        plan,
        2,
        (gang, reports) -> {
          SmallRun.take(gang, 0, STEPS);
          all.addAll(reports);
          check(alone[0], gang.state());
        });
    int at = 0;
    for (Report.Stepped stepped : SmallRun.steps(all)) {
      assertEquals(counts.get(at), stepped.steps());
      assertArrayEquals(scores.get(at++), stepped.scores());
    }
    assertEquals(counts.size(), at);
    for (Reference one : alone) {
      one.close();
    }
  }

  private static void check(Reference mean, GangState found) {
    Weights weights = found.weights().read();
    SliceRun.assertBits(mean.weights().parameters(), weights.parameters(), "weights");
    SliceRun.assertBits(mean.weights().state(), weights.state(), "state computed with");
    SliceRun.assertBits(mean.weights().state(), found.running().values(), "state");
    for (int i = 0; i < found.averager().moments(); i++) {
      SliceRun.assertBits(mean.averager.moment(i), found.averager().moment(i), "moment " + i);
    }
  }

  @Test
  void oneWorkerThatAveragesEveryStepIsExact() throws Exception {
    Weights expected = Reference.train(small, small.plan(1), STEPS);
    small.gang(
        small.plan(1, 1, null),
        2,
        (gang, reports) -> {
          SmallRun.take(gang, 0, STEPS);
          Weights found = gang.state().weights().read();
          SliceRun.assertBits(expected.parameters(), found.parameters(), "parameters");
          SliceRun.assertBits(expected.state(), found.state(), "state");
        });
  }
}
