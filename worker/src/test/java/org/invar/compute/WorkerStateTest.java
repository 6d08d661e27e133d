package org.invar.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.invar.InvarException;
import org.invar.data.Normalization;
import org.invar.loss.MeanSquaredError;
import org.invar.nn.Dense;
import org.invar.nn.Network;
import org.invar.rows.BlockCodec;
import org.invar.rows.PackedBlock;
import org.invar.rows.ShardDigest;
import org.invar.tensor.DType;
import org.invar.tensor.Shape;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WorkerStateTest {
  private static final byte[] BLOCK =
      new BlockCodec()
          .encode(
              new PackedBlock(
                  0, 1, DType.UINT8, 2, new byte[] {3, 4}, 1, new float[] {5}, new float[0]));

  @Test
  void aShardThatIsTheOneOfTheStartIsTaken() {
    var digest = new ShardDigest();
    digest.add(BLOCK);
    var state = WorkerState.of(plan("same", digest.hex(), null));
    assertEquals(1, state.shards("train", 0, List.of(BLOCK).iterator()).get(0).rows());
  }

  @Test
  void aShardThatWasMadeAgainFromAnotherSourceIsRefused() {
    var state = WorkerState.of(plan("other", "0123", null));
    var e =
        assertThrows(
            InvarException.class, () -> state.shards("train", 0, List.of(BLOCK).iterator()));
    assertTrue(e.getMessage().startsWith("shard 0 of train: expected rows with hash 0123"));
  }

  @Test
  void aWorkerWithOtherKernelsIsRefused() {
    var other = new KernelFingerprint("portable", "another library", "1", "0");
    var e =
        assertThrows(InvarException.class, () -> WorkerState.of(plan("kernels", "0123", other)));
    assertTrue(e.getMessage().contains("another library"), e.getMessage());
  }

  @Test
  void whatKernelsDifferInIsNamed() {
    var fast = new KernelFingerprint("native", "ND4J", "1", "0");
    var slow = new KernelFingerprint("portable", "ND4J", "2", "0");
    assertEquals("portable kernels (ND4J, OMP_NUM_THREADS 2, probe 0)", slow.toString());
    String remedy = fast.remedy(slow);
    assertTrue(remedy.contains("with native kernels, the other with portable ones"), remedy);
    assertTrue(remedy.contains(": -Dinvar.kernels=portable for the driver"), remedy);
    assertTrue(
        remedy.contains("--conf spark.executor.extraJavaOptions=-Dinvar.kernels=portable"), remedy);
    var threads = new KernelFingerprint("native", "ND4J", "2", "0");
    assertTrue(fast.remedy(threads).contains("OMP_NUM_THREADS"), fast.remedy(threads));
    var library = new KernelFingerprint("native", "ND4J of avx2", "1", "0");
    assertEquals(
        "The native build is ND4J on one side, ND4J of avx2 on the other: take the same job jar and"
            + " native libraries everywhere.",
        fast.remedy(library));
    var both = new KernelFingerprint("native", "ND4J of avx2", "1", "1");
    assertTrue(fast.remedy(both).endsWith(" everywhere, on machines of one kind."));
    var processor = new KernelFingerprint("native", "ND4J", "1", "1");
    assertTrue(fast.remedy(processor).contains("machines of one kind"), fast.remedy(processor));
  }

  @Test
  void whatARunHoldsOutsideTheHeapIsFreedWithIt() {
    var state = WorkerState.of(plan("released", "0123", null));
    FlatPair weights = state.compute(ShardComputer::weights);
    FlatPair gradient = state.gradient(GradientBuffer::vectors);
    assertFalse(weights.isClosed() || gradient.isClosed());
    WorkerState.release("released");
    assertTrue(weights.isClosed() && gradient.isClosed());
  }

  @Test
  void whatATaskGivesBackToAReleasedRunIsFreed() {
    var state = WorkerState.of(plan("late", "0123", null));
    List<FlatPair> lent = new ArrayList<>();
    state.compute(
        computer ->
            state.gradient(
                buffer -> {
                  WorkerState.release("late");
                  lent.addAll(List.of(computer.weights(), buffer.vectors()));
                  lent.forEach(pair -> assertFalse(pair.isClosed()));
                  return null;
                }));
    lent.forEach(pair -> assertTrue(pair.isClosed()));
  }

  /** As when a layer throws. */
  @Test
  void vectorsOfATaskThatFailsAreLentAgain() {
    var state = WorkerState.of(plan("failing", "0123", null));
    GradientBuffer[] lent = new GradientBuffer[1];
    assertThrows(
        IllegalStateException.class,
        () ->
            state.gradient(
                buffer -> {
                  lent[0] = buffer;
                  throw new IllegalStateException("a layer");
                }));
    state.gradient(
        buffer -> {
          assertSame(lent[0], buffer);
          return null;
        });
  }

  private static RunPlan plan(String runId, String hash, @Nullable KernelFingerprint required) {
    return new RunPlan(
        runId,
        new Network(Shape.of(2), List.of(Dense.of(1)), new MeanSquaredError()),
        Normalization.scaling(1),
        1,
        1,
        new long[] {1},
        new float[0],
        Map.of("train", List.of(hash)),
        required);
  }
}
