package org.invar.rows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.invar.data.Batch;
import org.invar.data.Normalization;
import org.invar.kernel.Kernels;
import org.invar.tensor.DType;
import org.invar.tensor.Shape;
import org.invar.tensor.Time;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The rows of one shard in memory, packed as they were read; batches are made from them by index.
 *
 * <p>Immutable once filled, so any thread may read it.
 */
public final class ShardRows {
  private final List<PackedBlock> blocks = new ArrayList<>();
  private final List<Integer> starts = new ArrayList<>();
  private int rows;

  /** Adds the shard's next block. */
  public void add(PackedBlock block) {
    blocks.add(block);
    starts.add(rows);
    rows = Math.addExact(rows, block.rows());
  }

  /** Returns how many rows have arrived. */
  public int rows() {
    return rows;
  }

  /** Returns the rows {@code order[from..to)} as a batch; a null order is the stored one. */
  public Batch batch(
      int @Nullable [] order,
      int from,
      int to,
      Normalization normalization,
      Type input,
      Kernels kernels) {
    INDArray features =
        blocks.get(0).type() == DType.UINT8 && normalization.factor() > 0
            ? scaled(order, from, to, normalization.factor(), input.shape(), kernels)
            : normalized(order, from, to, normalization, input.shape());
    int targetWidth = blocks.get(0).targetWidth();
    float[] targets = new float[(to - from) * targetWidth];
    float[] weights = new float[to - from];
    int[] lengths = input.time() == Time.RAGGED ? new int[to - from] : null;
    each(
        order,
        from,
        to,
        (at, block, row) -> {
          System.arraycopy(
              block.targets(), row * targetWidth, targets, at * targetWidth, targetWidth);
          weights[at] = block.weight(row);
          if (lengths != null) {
            lengths[at] = block.lengths()[row];
          }
        });
    return new Batch(new Value(features, input.time(), lengths), targets, weights);
  }

  /** Pictures, say: all bytes at once. */
  private INDArray scaled(
      int @Nullable [] order, int from, int to, float factor, Shape input, Kernels kernels) {
    int width = input.size();
    byte[] bytes = new byte[(to - from) * width];
    each(
        order,
        from,
        to,
        (at, block, row) ->
            System.arraycopy(block.features(), block.featuresFrom(row), bytes, at * width, width));
    return kernels.scaled(bytes, factor, input.batch(to - from));
  }

  private INDArray normalized(
      int @Nullable [] order, int from, int to, Normalization normalization, Shape input) {
    int width = input.size();
    INDArray features = Nd4j.createUninitialized(DataType.FLOAT, input.batch(to - from), 'c');
    FloatBuffer inputs = new FloatPointer(features.data().pointer()).asBuffer();
    float[] normalized = new float[width];
    // Row by row into ND4J's memory: its own copy from a float[] goes value by value.
    each(
        order,
        from,
        to,
        (at, block, row) -> {
          int first = block.featuresFrom(row);
          if (block.type() == DType.UINT8) {
            normalization.bytes(block.features(), first, width, normalized, 0);
            inputs.put(at * width, normalized, 0, width);
          } else {
            inputs.put(at * width, floats(block.features(), first, width), 0, width);
          }
        });
    return features;
  }

  private static FloatBuffer floats(byte[] features, int from, int width) {
    return ByteBuffer.wrap(features, from, width * Float.BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer();
  }

  /** What is done with a row of a batch. */
  private interface RowWork {
    /**
     * Treats a row.
     *
     * @param at its place in the batch
     * @param block that has it
     * @param row its place in the block
     */
    void accept(int at, PackedBlock block, int row);
  }

  private void each(int @Nullable [] order, int from, int to, RowWork work) {
    for (int i = from; i < to; i++) {
      int row = order == null ? i : order[i];
      int index = blockOf(row);
      work.accept(i - from, blocks.get(index), row - starts.get(index));
    }
  }

  private int blockOf(int row) {
    int index = Collections.binarySearch(starts, row);
    return index >= 0 ? index : -index - 2;
  }
}
