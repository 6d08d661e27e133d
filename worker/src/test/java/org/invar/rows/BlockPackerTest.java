package org.invar.rows;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.invar.data.Normalization;
import org.invar.tensor.DType;
import org.junit.jupiter.api.Test;

class BlockPackerTest {
  private static final RowEncoding FLOATS = new RowEncoding(DType.FLOAT32, 2, 1);

  private static double[] numbers(double... values) {
    return values;
  }

  private static List<PackedBlock> pack(List<byte[]> rows, RowEncoding encoding) {
    List<PackedBlock> blocks = new ArrayList<>();
    new BlockPacker(rows.iterator(), encoding, Normalization.scaling(1))
        .forEachRemaining(bytes -> blocks.add(new BlockCodec().decode(bytes)));
    return blocks;
  }

  @Test
  void negativeZeroIsZeroToTheIdentity() {
    byte[] row = FLOATS.encode(numbers(-0.0, 1), new float[] {-0f}, 1);
    assertArrayEquals(FLOATS.encode(numbers(0, 1), new float[] {0}, 1), row);
    assertEquals(1 / 0f, 1 / FLOATS.target(row, 0));
  }

  @Test
  void everyPartOfARowIsInItsIdentity() {
    Identity row = Identity.of(FLOATS.encode(numbers(2, 1), new float[] {3}, 1));
    assertEquals(row, Identity.of(FLOATS.encode(numbers(2, 1), new float[] {3}, 1)));
    assertNotEquals(row, Identity.of(FLOATS.encode(numbers(2, 4), new float[] {3}, 1)));
    assertNotEquals(row, Identity.of(FLOATS.encode(numbers(2, 1), new float[] {4}, 1)));
    assertNotEquals(row, Identity.of(FLOATS.encode(numbers(2, 1), new float[] {3}, 2)));
    var bytes = new RowEncoding(DType.UINT8, 8, 1);
    assertNotEquals(row, Identity.of(bytes.encode(new byte[8], new float[] {3}, 1)));
  }

  @Test
  void theLengthOfASequenceIsInItsIdentityAndInItsBlock() {
    var sequences = new RowEncoding(DType.FLOAT32, 2, 1, true);
    byte[] one = sequences.encode(numbers(5, 0), new float[] {3}, 1, 1);
    byte[] two = sequences.encode(numbers(5, 0), new float[] {3}, 1, 2);
    assertNotEquals(Identity.of(one), Identity.of(two));
    List<byte[]> rows = new ArrayList<>();
    rows.add(ShardedRow.of(0, new Identity(0, 0), two));
    rows.add(ShardedRow.of(0, new Identity(0, 1), one));
    PackedBlock block = pack(rows, sequences).get(0);
    assertArrayEquals(new int[] {2, 1}, block.lengths());
    assertEquals(3, block.targets()[1]);
    byte[] without = FLOATS.encode(numbers(5, 0), new float[] {3}, 1);
    assertEquals(
        0,
        pack(List.of(ShardedRow.of(0, new Identity(0, 0), without)), FLOATS)
            .get(0)
            .lengths()
            .length);
    assertThrows(
        IllegalArgumentException.class, () -> sequences.encode(numbers(5, 0), new float[] {3}, 1));
    assertThrows(
        IllegalArgumentException.class, () -> FLOATS.encode(numbers(5, 0), new float[] {3}, 1, 2));
  }

  @Test
  void shardsAndSplitsAreSpreadEvenlyAndFollowTheSeed() {
    int[] counts = new int[4];
    int dev = 0;
    int moved = 0;
    for (int i = 0; i < 4000; i++) {
      Identity identity = Identity.ofId("row " + i);
      counts[identity.shard(1, 4)]++;
      dev += identity.splitPoint(1) < 0.25 ? 1 : 0;
      moved += identity.shard(1, 4) == identity.shard(2, 4) ? 0 : 1;
    }
    for (int count : counts) {
      assertEquals(1000, count, 120);
    }
    assertEquals(1000, dev, 120);
    assertEquals(3000, moved, 150);
  }

  @Test
  void blocksKeepShardsApartAndRowsInOrder() {
    List<byte[]> rows = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      byte[] encoded = FLOATS.encode(numbers(i, -i), new float[] {i % 2}, i % 3 == 0 ? 1 : 2);
      rows.add(ShardedRow.of(i % 2 == 0 ? 3 : 7, Identity.of(encoded), encoded));
    }
    rows.sort(ShardedRow.ORDER);
    List<PackedBlock> blocks = pack(rows, FLOATS);
    assertEquals(List.of(3, 7), blocks.stream().map(PackedBlock::shard).toList());
    for (PackedBlock block : blocks) {
      assertEquals(10, block.rows());
      long before = 0;
      for (int r = 0; r < 10; r++) {
        int value =
            (int)
                ByteBuffer.wrap(block.features())
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .getFloat(block.featuresFrom(r));
        assertEquals(block.shard() == 3 ? 0 : 1, value % 2);
        assertEquals(value % 3 == 0 ? 1 : 2, block.weight(r));
        byte[] row =
            FLOATS.encode(numbers(value, -value), new float[] {value % 2}, value % 3 == 0 ? 1 : 2);
        long identity = Identity.of(row).high();
        assertFalse(Long.compareUnsigned(before, identity) > 0);
        before = identity;
      }
    }
  }

  @Test
  void weightsOfOneTakeNoRoom() {
    byte[] one = FLOATS.encode(numbers(1, 1), new float[] {0}, 1);
    byte[] two = FLOATS.encode(numbers(2, 2), new float[] {1}, 2);
    List<byte[]> rows = new ArrayList<>();
    rows.add(ShardedRow.of(0, new Identity(0, 0), one));
    assertEquals(0, pack(rows, FLOATS).get(0).weights().length);
    rows.add(ShardedRow.of(0, new Identity(0, 1), two));
    assertArrayEquals(new float[] {1, 2}, pack(rows, FLOATS).get(0).weights());
  }

  @Test
  void aShardIsCutAfter4MiBOfFeatures() {
    var wide = new RowEncoding(DType.UINT8, 3 << 19, 0);
    List<byte[]> rows = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      byte[] features = new byte[3 << 19];
      features[0] = (byte) i;
      rows.add(ShardedRow.of(0, new Identity(0, i), wide.encode(features, new float[0], 1)));
    }
    assertEquals(List.of(2, 2, 1), pack(rows, wide).stream().map(PackedBlock::rows).toList());
  }

  @Test
  void noRowsAreNoBlocks() {
    var none = new BlockPacker(List.<byte[]>of().iterator(), FLOATS, Normalization.scaling(1));
    assertFalse(none.hasNext());
    assertThrows(NoSuchElementException.class, none::next);
  }
}
