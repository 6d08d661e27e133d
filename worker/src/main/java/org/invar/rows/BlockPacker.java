package org.invar.rows;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.invar.data.Normalization;
import org.invar.tensor.DType;
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
  private final RowEncoding encoding;
  private final Normalization normalization;
  private final BlockCodec codec = new BlockCodec();
  private byte @Nullable [] ahead;

  /**
   * Makes the iterator over the blocks of a partition.
   *
   * @param rows the partition's {@link ShardedRow}s, in order
   * @param encoding how they are encoded
   * @param normalization from numbers to inputs
   */
  public BlockPacker(Iterator<byte[]> rows, RowEncoding encoding, Normalization normalization) {
    this.rows = rows;
    this.encoding = encoding;
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
    int most = PackedBlock.mostRows(encoding.featureBytes());
    List<byte[]> block = new ArrayList<>();
    while (row != null && block.size() < most && ShardedRow.shard(row) == shard) {
      block.add(row);
      row = rows.hasNext() ? rows.next() : null;
    }
    ahead = row;
    return codec.encode(pack(shard, block));
  }

  private PackedBlock pack(int shard, List<byte[]> rows) {
    int featureBytes = encoding.featureBytes();
    int targetWidth = encoding.targetWidth();
    byte[] features = new byte[rows.size() * featureBytes];
    float[] targets = new float[rows.size() * targetWidth];
    float[] weights = new float[rows.size()];
    int[] lengths = new int[encoding.lengths() ? rows.size() : 0];
    boolean weighted = false;
    for (int r = 0; r < rows.size(); r++) {
      byte[] row = ShardedRow.encoded(rows.get(r));
      features(row, features, r * featureBytes);
      for (int i = 0; i < encoding.targets(row); i++) {
        targets[r * targetWidth + i] = encoding.target(row, i);
      }
      weights[r] = encoding.weight(row);
      weighted |= weights[r] != 1;
      if (encoding.lengths()) {
        lengths[r] = encoding.length(row);
      }
    }
    return new PackedBlock(
        shard,
        rows.size(),
        encoding.type(),
        encoding.width(),
        features,
        0,
        targetWidth,
        targets,
        weighted ? weights : new float[0],
        lengths);
  }

  /** Writes a row's features, and leaves the zeros behind a shorter sequence. */
  private void features(byte[] row, byte[] features, int at) {
    int held = encoding.features(row);
    if (encoding.type() == DType.UINT8) {
      System.arraycopy(row, RowEncoding.FEATURES, features, at, held);
      return;
    }
    for (int j = 0; j < held; j++) {
      FLOATS.set(features, at + Float.BYTES * j, normalization.of(encoding.feature(row, j), j));
    }
  }
}
