package org.invar.gang;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.invar.collective.Collective;
import org.invar.compute.FlatPair;
import org.invar.compute.Piece;
import org.invar.compute.ShardPass;
import org.invar.compute.ShardSum;
import org.invar.compute.Slicing;
import org.invar.data.Shards;
import org.invar.gang.SliceRound.Contribution;
import org.invar.loss.MeanSquaredError;
import org.invar.nn.Layer;
import org.invar.nn.Network;
import org.invar.optim.ParameterAverager;
import org.invar.optim.RunningState;
import org.invar.optim.UpdateRule;
import org.invar.tensor.Initializer;
import org.invar.tensor.Layout;
import org.invar.tensor.Parameters;
import org.invar.tensor.Shape;
import org.invar.tensor.SumTree;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.invar.tensor.Weights;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Steps over random sums of shards: what whole arrays give, as the driver would compute it, and
 * workers whose every step is compared with that, bit for bit.
 *
 * <p>Some steps leave shards without rows, one weighs nothing, and the loss of the last is NaN.
 */
final class SliceRun {
  static final int STEPS = 6;
  private static final int WITHOUT_WEIGHT = 2;
  private static final int LEFT_HALF = 4;
  private static final int NOT_FINITE = 5;
  private static final int SCORES = 5;
  private static final double RATE = 0.01;

  /** A layer that computes nothing and has vectors of any length, half of it decayed. */
  record Vectors(int parameters, int state) implements Layer {
    @Override
    public Type output(Type input) {
      return input;
    }

    @Override
    public List<Layout.Spec> parameters(Type input) {
      List<Layout.Spec> specs = new ArrayList<>();
      int decayed = (parameters + 1) / 2;
      if (decayed > 0) {
        specs.add(Layout.Spec.decayed("w", Shape.of(decayed), new Initializer.Zeros()));
      }
      if (parameters > decayed) {
        specs.add(Layout.Spec.plain("b", Shape.of(parameters - decayed), new Initializer.Zeros()));
      }
      return specs;
    }

    @Override
    public List<Layout.Spec> state(Type input) {
      List<Layout.Spec> specs = new ArrayList<>();
      // Channels whose sums lie in different slices, and a value that is one row's.
      int channels = (state - 1) / 2;
      if (channels > 0) {
        specs.addAll(Layout.Spec.moments(Shape.of(channels), 0.9));
      }
      int rest = channels > 0 ? state - 2 * channels - 1 : state;
      if (rest > 0) {
        specs.add(Layout.Spec.running("s", Shape.of(rest), new Initializer.Zeros(), 0.9));
      }
      return specs;
    }

    @Override
    public Value forward(Value x, Parameters all, org.invar.nn.Tape tape) {
      return x;
    }

    @Override
    public INDArray backward(
        INDArray dy, Parameters all, Parameters gradient, org.invar.nn.Tape tape) {
      return dy;
    }
  }

  /** The model after a step. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Snapshot(Weights weights, float[][] moments, long steps, double[] scores) {}

  private final Network network;
  private final int parameters;
  private final int shards;
  private final UpdateRule rule;
  private final Weights start;
  private final ShardSum[][] leaves;
  private final List<Snapshot> expected = new ArrayList<>();

  SliceRun(int parameters, int state, int shards, UpdateRule rule) {
    this.parameters = parameters;
    this.shards = shards;
    this.rule = rule;
    this.network =
        new Network(Shape.of(1), List.of(new Vectors(parameters, state)), new MeanSquaredError());
    var random = new SplittableRandom(31L * parameters + state);
    this.start = new Weights(floats(random, parameters), floats(random, state));
    this.leaves = new ShardSum[STEPS][shards];
    for (int step = 0; step < STEPS; step++) {
      for (int shard = 0; shard < shards; shard++) {
        if (hasRows(step, shard, random)) {
          leaves[step][shard] = leaf(step, state, random);
        }
      }
    }
    leaves[NOT_FINITE][shards / 2].scores()[0] = Double.NaN;
    compute();
  }

  private boolean hasRows(int step, int shard, SplittableRandom random) {
    boolean wanted = step == 0 || random.nextInt(4) > 0;
    return (wanted && (step != LEFT_HALF || shard < (shards + 1) / 2)) || shard == shards / 2;
  }

  private ShardSum leaf(int step, int state, SplittableRandom random) {
    double[] scores = random.doubles(SCORES).toArray();
    scores[1] = step == WITHOUT_WEIGHT ? 0 : scores[1] + 0.5;
    scores[2] = 1 + random.nextInt(20);
    return new ShardSum(floats(random, parameters), floats(random, state), scores);
  }

  private static float[] floats(SplittableRandom random, int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (random.nextInt() >> 8) * 0x1p-23f;
    }
    return values;
  }

  private ParameterAverager averager(int from, int to) {
    return ParameterAverager.of(network.layout(), rule, from, to);
  }

  private ShardSum sum(int step, SumTree.Node node) {
    ShardSum sum = SumTree.sum(node, shard -> copy(leaves[step][shard]), ShardSum::add);
    if (sum == null) {
      throw new IllegalStateException(node + " has no rows");
    }
    return sum;
  }

  private static ShardSum copy(ShardSum sum) {
    return sum == null
        ? null
        : new ShardSum(sum.gradient().clone(), sum.statistics().clone(), sum.scores().clone());
  }

  /** Whole arrays, one averager. */
  private void compute() {
    ParameterAverager averager = averager(0, parameters);
    float[] values = start.parameters().clone();
    RunningState running = RunningState.of(network.stateLayout(), start.state().clone());
    for (int step = 0; step < STEPS; step++) {
      ShardSum sum = sum(step, new SumTree.Node(0, shards));
      double weight = sum.scores()[1];
      if (weight == 0) {
        averager.advance();
      } else if (!Double.isNaN(sum.scores()[0])) {
        double[] blocks = new double[ParameterAverager.blocks(parameters)];
        averager.blockSquaredNorms(values, sum.gradient(), weight, blocks);
        double norm = Math.sqrt(ParameterAverager.sumBlocks(blocks));
        averager.step(values, sum.gradient(), weight, RATE, norm);
        running.update(sum.statistics(), (long) sum.scores()[2]);
      }
      float[][] moments = new float[averager.moments()][];
      for (int i = 0; i < moments.length; i++) {
        moments[i] = averager.moment(i);
      }
      expected.add(
          new Snapshot(
              new Weights(values.clone(), running.values().clone()),
              moments,
              averager.steps(),
              sum.scores()));
    }
  }

  /** Takes all steps as one worker of a gang, and compares after each. */
  void work(Collective collective) throws Exception {
    Slicing slicing = new Slicing(parameters, start.state().length, collective.size());
    int rank = collective.rank();
    var tags = new AtomicInteger();
    var rounds = new SliceRound(collective, slicing, Wire.FLOAT32, SCORES, tags::incrementAndGet);
    ParameterAverager averager = averager(slicing.from(rank), slicing.to(rank));
    RunningState running = RunningState.of(network.stateLayout(), start.state().clone());
    try (var weights = new FlatPair(network)) {
      weights.write(start);
      var reduction = new StepReduction(averager, running, weights, parameters);
      for (int step = 0; step < STEPS; step++) {
        rounds.run(
            "the gradient of step " + (step + 1),
            shards,
            contributions(step, collective),
            reduction.at(RATE));
        check(step, slicing, rank, averager, running, weights.read());
        assertBits(expected.get(step).scores(), reduction.scores());
      }
    }
  }

  private List<Contribution> contributions(int step, Collective collective) {
    int[] from = new int[shards];
    int[] to = new int[shards];
    for (int shard = 0; shard < shards; shard++) {
      to[shard] = leaves[step][shard] == null ? 0 : 1;
    }
    List<Contribution> contributions = new ArrayList<>();
    for (int rank = 0; rank < collective.size(); rank++) {
      Shards.Range range = Shards.range(shards, collective.size(), rank);
      List<SumTree.Node> nodes = ShardPass.nodes(shards, range, from, to);
      contributions.add(
          rank == collective.rank() ? contribution(step, nodes) : Contribution.of(nodes));
    }
    return contributions;
  }

  private Contribution contribution(int step, List<SumTree.Node> nodes) {
    List<ShardSum> sums = nodes.stream().map(node -> sum(step, node)).toList();
    return new Contribution(
        nodes,
        sums.stream().map(this::piece).toList(),
        sums.stream().map(ShardSum::scores).toList());
  }

  private Piece piece(ShardSum sum) {
    return (at, to, length) -> {
      boolean gradient = at < parameters;
      System.arraycopy(
          gradient ? sum.gradient() : sum.statistics(),
          gradient ? at : at - parameters,
          to,
          0,
          length);
    };
  }

  private void check(
      int step,
      Slicing slicing,
      int rank,
      ParameterAverager averager,
      RunningState running,
      Weights weights) {
    Snapshot right = expected.get(step);
    String where = "step " + step + ", worker " + rank + " of " + slicing.workers();
    assertBits(right.weights().parameters(), weights.parameters(), where);
    assertBits(right.weights().state(), weights.state(), where);
    int from = slicing.from(rank);
    int to = slicing.to(rank);
    for (int i = 0; i < averager.moments(); i++) {
      assertBits(Arrays.copyOfRange(right.moments()[i], from, to), averager.moment(i), where);
    }
    int stateFrom = slicing.stateFrom(rank);
    int stateTo = slicing.stateTo(rank);
    assertBits(
        Arrays.copyOfRange(right.weights().state(), stateFrom, stateTo),
        Arrays.copyOfRange(running.values(), stateFrom, stateTo),
        where);
    assertEquals(right.steps(), averager.steps(), where);
  }

  /** Compares bits: 0 and −0 differ. */
  static void assertBits(float[] expected, float[] found, String where) {
    assertEquals(expected.length, found.length, where);
    for (int i = 0; i < expected.length; i++) {
      if (Float.floatToRawIntBits(expected[i]) != Float.floatToRawIntBits(found[i])) {
        assertEquals(expected[i], found[i], where + ", value " + i);
      }
    }
  }

  private static void assertBits(double[] expected, double[] found) {
    assertArrayEquals(bits(expected), bits(found));
  }

  private static long[] bits(double[] values) {
    return Arrays.stream(values).mapToLong(Double::doubleToLongBits).toArray();
  }
}
