package org.invar.gang;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import org.invar.collective.Collective;
import org.invar.compute.Slicing;
import org.invar.gang.SliceRound.Contribution;
import org.invar.tensor.SumTree.Node;

/** Steps that workers take alone, and their averages. */
final class LocalSteps {
  private final Collective collective;
  private final SliceRound rounds;
  private final AverageReduction reduction;
  private double[] scores;
  private int count;

  LocalSteps(GangPlan plan, Collective collective, GangState state, int width, IntSupplier tags) {
    this.collective = collective;
    Slicing slicing =
        AverageReduction.slicing(state.averager(), state.running(), collective.size());
    this.rounds = new SliceRound(collective, slicing, Wire.FLOAT32, width, tags);
    this.reduction =
        new AverageReduction(
            state.averager(),
            state.running(),
            state.weights(),
            slicing,
            plan.rule().frozen(plan.run().network().layout()));
    this.scores = new double[width];
  }

  void took(double[] step) {
    count++;
    for (int i = 0; i < scores.length; i++) {
      scores[i] += step[i];
    }
  }

  int count() {
    return count;
  }

  /** Averages everything and returns the sum of all workers' scores since the last time. */
  double[] average(long step) throws IOException, InterruptedException {
    List<Contribution> contributions = new ArrayList<>();
    for (int rank = 0; rank < collective.size(); rank++) {
      List<Node> node = List.of(new Node(rank, rank + 1));
      contributions.add(
          rank == collective.rank()
              ? new Contribution(node, List.of(reduction.piece()), List.of(scores))
              : Contribution.of(node));
    }
    rounds.run("the averages after step " + step, collective.size(), contributions, reduction);
    scores = new double[scores.length];
    count = 0;
    return reduction.scores();
  }
}
