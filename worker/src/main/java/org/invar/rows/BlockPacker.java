package org.invar.rows;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.invar.data.Normalization;
import org.invar.data.RowLayout;
import org.invar.tensor.DType;
import org.invar.tensor.Field;
import org.jspecify.annotations.Nullable;

/**
 * Packs the rows of a partition, which come in {@link ShardedRow#ORDER}, into encoded blocks: bytes
 * as they are, numbers as the float32 inputs that they make, and shorter sequences padded with
 * zeros.
 *
 * <p>Where a block ends depends on the width of rows alone, so equal shards have equal blocks.
 */
public final class BlockPacker implements Iterator<byte[]> {
  private static final VarHandle FLOATS =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

  private final Iterator<byte[]> rows;
  private final RowCodec codec;
  private final Field input;
  private final List<Field> targets;
  private final Normalization normalization;
  private final BlockCodec blocks = new BlockCodec();
  private byte @Nullable [] ahead;

  /**
   * Makes the iterator over the blocks of a partition.
   *
   * @param rows the partition's {@link ShardedRow}s, in order
   * @param layout their fields
   * @param normalization from numbers to inputs
   * @throws IllegalArgumentException when a block cannot hold these fields: those of one input, of
   *     bytes or numbers, whose lengths are the only ones
   */
  public BlockPacker(Iterator<byte[]> rows, RowLayout layout, Normalization normalization) {
    this.rows = rows;
    this.codec = new RowCodec(layout);
    this.input = layout.inputs().get(0);
    this.targets = layout.targets();
    if (layout.inputs().size() > 1
        || input.dtype() == DType.INT32
        || targets.stream().anyMatch(target -> target.ragged() && target.along() == null)) {
      throw new IllegalArgumentException("a block cannot hold rows of " + layout);
    }
    this.normalization = normalization;
    this.ahead = rows.hasNext() ? rows.next() : null;
  }

  @Override
  public boolean hasNext() {
    return ahead != null;
  }

  @Override
  public byte[] next() {
    byte[] row = ahead;
    if (row == null) {
      throw new NoSuchElementException("no block is left");
    }
    int shard = ShardedRow.shard(row);
    int most = PackedBlock.mostRows(featureBytes());
    List<byte[]> block = new ArrayList<>();
    while (row != null && block.size() < most && ShardedRow.shard(row) == shard) {
      block.add(row);
      row = rows.hasNext() ? rows.next() : null;
    }
    ahead = row;
    return blocks.encode(pack(shard, block));
  }

  private int featureBytes() {
    return input.width() * input.dtype().bytes();
  }

  private PackedBlock pack(int shard, List<byte[]> rows) {
    int featureBytes = featureBytes();
    int targetWidth = targets.stream().mapToInt(Field::width).sum();
    byte[] features = new byte[rows.size() * featureBytes];
    float[] labels = new float[rows.size() * targetWidth];
    float[] weights = new float[rows.size()];
    int[] lengths = new int[input.ragged() ? rows.size() : 0];
    boolean weighted = false;
    for (int r = 0; r < rows.size(); r++) {
      EncodedRow row = codec.decode(ShardedRow.encoded(rows.get(r)));
      features(row, features, r * featureBytes);
      labels(row, labels, r * targetWidth);
      weights[r] = row.weight();
      weighted |= weights[r] != 1;
      if (input.ragged()) {
        lengths[r] = row.count(0) / input.step();
      }
    }
    return new PackedBlock(
        shard,
        rows.size(),
        input.dtype(),
        input.width(),
        features,
        0,
        targetWidth,
        labels,
        weighted ? weights : new float[0],
        lengths);
  }

  /** Writes a row's features, and leaves the zeros behind a shorter sequence. */
  private void features(EncodedRow row, byte[] features, int at) {
    if (input.dtype() == DType.UINT8) {
      row.copy(0, features, at);
      return;
    }
    for (int j = 0; j < row.count(0); j++) {
      FLOATS.set(features, at + Float.BYTES * j, normalization.of(row.get(0, j), j));
    }
  }

  /** Writes a row's targets, each as wide as the longest. */
  private void labels(EncodedRow row, float[] labels, int from) {
    int at = from;
    for (int t = 0; t < targets.size(); t++) {
      for (int i = 0; i < row.count(1 + t); i++) {
        labels[at + i] = (float) row.get(1 + t, i);
      }
      at += targets.get(t).width();
    }
  }
}
