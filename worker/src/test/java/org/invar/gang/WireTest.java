package org.invar.gang;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import org.invar.collective.Collective;
import org.invar.compute.FlatPair;
import org.invar.compute.Piece;
import org.invar.compute.Slicing;
import org.invar.gang.SliceRound.Contribution;
import org.invar.loss.MeanSquaredError;
import org.invar.nn.Network;
import org.invar.optim.ParameterAverager;
import org.invar.optim.RunningState;
import org.invar.optim.Sgd;
import org.invar.optim.UpdateRule;
import org.invar.tensor.Shape;
import org.invar.tensor.SumTree.Node;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WireTest {
  @ParameterizedTest
  @CsvSource({
    "3f800000, 3f80, one",
    "3f808000, 3f80, a tie goes down to even",
    "3f818000, 3f82, a tie goes up to even",
    "3f808001, 3f81, above a tie",
    "3f817fff, 3f81, below a tie",
    "bf818000, bf82, the sign does not matter",
    "3fffc000, 4000, a carry reaches the exponent",
    "00000000, 0000, zero",
    "80000000, 8000, negative zero",
    "00000001, 0000, the smallest subnormal",
    "00008000, 0000, a tie to zero",
    "00008001, 0001, the smallest that stays",
    "007fffff, 0080, a subnormal becomes normal",
    "7f7fffff, 7f80, overflow to infinity",
    "ff7fffff, ff80, overflow to negative infinity",
    "7f7f7fff, 7f7f, the largest that does not overflow",
    "7f800000, 7f80, infinity",
    "ff800000, ff80, negative infinity",
    "7fc00000, 7fc0, NaN",
    "7f800001, 7fc0, a NaN whose upper bits are an infinity's",
    "ffffffff, ffff, a negative NaN that must not overflow"
  })
  void bfloat16RoundsToNearestEven(String value, String expected, String why) {
    float[] values = {Float.intBitsToFloat(Integer.parseUnsignedInt(value, 16))};
    ByteBuffer wire = ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN);
    Wire.BFLOAT16.put(values, 1, wire);
    wire.flip();
    assertEquals(Integer.parseInt(expected, 16), wire.getShort(0) & 0xffff, why);
    float[] back = new float[1];
    Wire.BFLOAT16.get(wire, back, 0, 1);
    assertEquals(Float.intBitsToFloat(Integer.parseInt(expected, 16) << 16), back[0], why);
    assertEquals(2, wire.position());
  }

  @Test
  void float32KeepsEveryBit() {
    float[] values = {1.1f, -0f, Float.MIN_VALUE, Float.MAX_VALUE, Float.NEGATIVE_INFINITY};
    ByteBuffer wire = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);
    Wire.FLOAT32.put(values, 5, wire);
    wire.flip();
    float[] back = new float[7];
    Wire.FLOAT32.get(wire, back, 1, 5);
    assertArrayEquals(new float[] {0, 1.1f, -0f, values[2], values[3], values[4], 0}, back);
  }

  private static final int PARAMETERS = 60_000;
  private static final int WORKERS = 3;

  /** With plain descent from 0 at rate 1 and weight 1, a step's parameters are minus the sum. */
  private static float[] sums(Wire wire, AtomicLongArray bytes) throws Exception {
    var network =
        new Network(
            Shape.of(1), List.of(new SliceRun.Vectors(PARAMETERS, 0)), new MeanSquaredError());
    float[][] read = new float[WORKERS][];
    Workers.run(
        WORKERS,
        collective -> {
          read[collective.rank()] = step(wire, network, collective);
          bytes.set(collective.rank(), collective.bytesSent());
        });
    assertArrayEquals(read[0], read[1]);
    assertArrayEquals(read[0], read[2]);
    return read[0];
  }

  private static float[] step(Wire wire, Network network, Collective collective) throws Exception {
    int rank = collective.rank();
    var slicing = new Slicing(PARAMETERS, 0, WORKERS);
    try (var weights = new FlatPair(network)) {
      var reduction =
          new StepReduction(
              ParameterAverager.of(
                  network.layout(), UpdateRule.of(new Sgd()), slicing.from(rank), slicing.to(rank)),
              RunningState.of(network.stateLayout(), new float[0]),
              weights,
              PARAMETERS);
      List<Contribution> contributions = new java.util.ArrayList<>();
      for (int peer = 0; peer < WORKERS; peer++) {
        List<Node> node = List.of(new Node(peer, peer + 1));
        contributions.add(
            peer == rank
                ? new Contribution(
                    node, List.of(piece(rank)), List.of(new double[] {1, rank == 0 ? 1 : 0, 1}))
                : Contribution.of(node));
      }
      new SliceRound(collective, slicing, wire, 3, new AtomicInteger()::incrementAndGet)
          .run("the gradient of step 1", WORKERS, contributions, reduction.at(1));
      return weights.read().parameters();
    }
  }

  private static Piece piece(int rank) {
    var random = new SplittableRandom(rank);
    float[] values = new float[PARAMETERS];
    for (int i = 0; i < PARAMETERS; i++) {
      values[i] = (float) (random.nextDouble() * Math.scalb(1.0, random.nextInt(20) - 10));
    }
    return (at, to, length) -> System.arraycopy(values, at, to, 0, length);
  }

  @Test
  void bfloat16HalvesTheBytesOfTheReductionAndKeepsEightBits() throws Exception {
    AtomicLongArray full = new AtomicLongArray(WORKERS);
    AtomicLongArray half = new AtomicLongArray(WORKERS);
    float[] exact = sums(Wire.FLOAT32, full);
    float[] rounded = sums(Wire.BFLOAT16, half);
    int differing = 0;
    for (int i = 0; i < PARAMETERS; i++) {
      assertTrue(exact[i] < 0, "all pieces are positive");
      assertTrue(
          Math.abs(rounded[i] - exact[i]) <= Math.abs(exact[i]) * (0x1p-8 + 0x1p-20),
          exact[i] + " became " + rounded[i]);
      differing += exact[i] == rounded[i] ? 0 : 1;
    }
    assertTrue(differing > PARAMETERS / 2, differing + " values were rounded");
    var slicing = new Slicing(PARAMETERS, 0, WORKERS);
    for (int rank = 0; rank < WORKERS; rank++) {
      int reduced = PARAMETERS - slicing.length(rank);
      assertEquals(reduced * 2L, full.get(rank) - half.get(rank), "bytes saved by " + rank);
    }
  }
}
