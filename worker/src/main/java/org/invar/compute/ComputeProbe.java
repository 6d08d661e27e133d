package org.invar.compute;

import java.util.Map;
import org.invar.data.Normalization;
import org.invar.data.ShardOrder;
import org.invar.nn.Network;
import org.invar.random.CounterRandom;
import org.invar.random.Purpose;
import org.invar.rows.PackedBlock;
import org.invar.rows.ShardRows;
import org.invar.tensor.DType;
import org.invar.tensor.Weights;

/**
 * One compute thread's part of a training, alone: the gradients of batches of one shard of made-up
 * bytes, computed as in a worker, from the packed rows on.
 *
 * <p>Who wants to know where the time goes wraps the network's layers and loss. Used, and closed,
 * by one thread.
 */
public final class ComputeProbe implements AutoCloseable {
  private static final int SEED = 1;
  private static final double SCALE = 255;

  private final ShardRows rows = new ShardRows();
  private final FlatPair weights;
  private final ShardComputer computer;
  private final GradientBuffer gradient;
  private final int batchRows;
  private int[] order;
  private long epoch;
  private long step;
  private int at;

  private ComputeProbe(Network network, PackedBlock block, int batchRows) {
    this.rows.add(block);
    this.batchRows = batchRows;
    this.weights = new FlatPair(network);
    weights.write(
        new Weights(
            network.layout().initialValues(SEED), network.stateLayout().initialValues(SEED)));
    var plan =
        new RunPlan(
            "probe",
            network,
            Normalization.scaling(SCALE),
            SEED,
            batchRows,
            new long[] {block.rows()},
            new float[0],
            Map.of(),
            null);
    this.computer = new ShardComputer(plan, weights);
    this.gradient = new GradientBuffer(network);
    this.order = ShardOrder.of(SEED, 0, 0, block.rows());
  }

  /**
   * Returns a probe of a network whose targets are class ids.
   *
   * @param shardRows the rows of the shard, at least as many as a batch takes of it
   * @param batchRows the rows that a batch takes of it
   */
  public static ComputeProbe of(Network network, int shardRows, int batchRows) {
    if (batchRows < 1 || shardRows < batchRows) {
      throw new IllegalArgumentException(
          "batchRows=" + batchRows + " is not between 1 and shardRows=" + shardRows);
    }
    int width = network.input().shape().size();
    var random = CounterRandom.of(SEED, Purpose.INITIALIZATION.key());
    byte[] features = new byte[Math.multiplyExact(shardRows, width)];
    for (int i = 0; i < features.length; i++) {
      features[i] = (byte) random.nextInt();
    }
    float[] targets = new float[shardRows];
    for (int i = 0; i < shardRows; i++) {
      targets[i] = i % network.output().shape().size();
    }
    var block =
        new PackedBlock(0, shardRows, DType.UINT8, width, features, 1, targets, new float[0]);
    return new ComputeProbe(network, block, batchRows);
  }

  /** Computes the gradient of the shard's next batch; behind its last the next epoch begins. */
  public void pass() {
    if (at + batchRows > rows.rows()) {
      at = 0;
      epoch++;
      order = ShardOrder.of(SEED, epoch, 0, rows.rows());
    }
    computer.gradient(rows, 0, order, at, at + batchRows, epoch, step, gradient);
    at += batchRows;
    step++;
  }

  /** Frees what is outside the heap. */
  @Override
  public void close() {
    computer.close();
    gradient.close();
    weights.close();
  }
}
