package org.invar.worker;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.invar.data.Batch;
import org.invar.data.Normalization;
import org.invar.param.Shape;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The rows of one shard in memory, packed as they were read; batches are made from them by index.
 *
 * <p>Immutable once filled, so any thread may read it.
 */
final class ShardRows {
  private final List<PackedBlock> blocks = new ArrayList<>();
  private final List<Integer> starts = new ArrayList<>();
  private int rows;

  /** Adds the shard's next block. */
  void add(PackedBlock block) {
    blocks.add(block);
    starts.add(rows);
    rows = Math.addExact(rows, block.rows());
  }

  int rows() {
    return rows;
  }

  /** Returns the rows {@code order[from..to)} as a batch; a null order is the stored one. */
  Batch batch(int @Nullable [] order, int from, int to, Normalization normalization, Shape input) {
    int width = input.size();
    int targetWidth = blocks.get(0).targetWidth();
    INDArray features = Nd4j.createUninitialized(DataType.FLOAT, input.batch(to - from), 'c');
    FloatPointer inputs = new FloatPointer(features.data().pointer());
    float[] normalized = new float[width];
    float[] targets = new float[(to - from) * targetWidth];
    float[] weights = new float[to - from];
    int[] lengths = blocks.get(0).lengths().length == 0 ? null : new int[to - from];
    for (int i = from; i < to; i++) {
      int row = order == null ? i : order[i];
      int index = blockOf(row);
      PackedBlock block = blocks.get(index);
      int inBlock = row - starts.get(index);
      int at = i - from;
      normalization.apply(
          block.type(), block.features(), block.featuresFrom(inBlock), width, normalized, 0);
      // Row by row into ND4J's memory: its own copy from a float[] goes value by value.
      inputs.position((long) at * width).put(normalized, 0, width);
      System.arraycopy(
          block.targets(), inBlock * targetWidth, targets, at * targetWidth, targetWidth);
      weights[at] = block.weight(inBlock);
      if (lengths != null) {
        lengths[at] = block.lengths()[inBlock];
      }
    }
    return new Batch(features, targets, weights, lengths);
  }

  private int blockOf(int row) {
    int index = Collections.binarySearch(starts, row);
    return index >= 0 ? index : -index - 2;
  }
}
