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
import org.invar.data.RowLayout;
import org.invar.tensor.DType;
import org.invar.tensor.Field;
import org.invar.tensor.Shape;
import org.invar.tensor.Time;
import org.invar.tensor.Type;
import org.junit.jupiter.api.Test;

class BlockPackerTest {
  private static final RowLayout FLOATS = layout(DType.FLOAT32, Type.of(Shape.of(2)));

  private static RowLayout layout(DType input, Type type) {
    return new RowLayout(
        List.of(Field.of("x", input, type)),
        List.of(Field.of("y", DType.FLOAT32, Type.of(Shape.of(1)))));
  }

  private static byte[] encode(RowLayout layout, Values features, double target, float weight) {
    return new RowCodec(layout).encode(List.of(features, Values.of(new double[] {target})), weight);
  }

  private static Values numbers(double... values) {
    return Values.of(values);
  }

  private static List<PackedBlock> pack(List<byte[]> rows, RowLayout layout) {
    List<PackedBlock> blocks = new ArrayList<>();
    new BlockPacker(rows.iterator(), layout, Normalization.scaling(1))
        .forEachRemaining(bytes -> blocks.add(new BlockCodec().decode(bytes)));
    return blocks;
  }

  @Test
  void negativeZeroIsZeroToTheIdentity() {
    byte[] row = encode(FLOATS, numbers(-0.0, 1), -0f, 1);
    assertArrayEquals(encode(FLOATS, numbers(0, 1), 0, 1), row);
    assertEquals(1 / 0.0, 1 / new RowCodec(FLOATS).decode(row).get(1, 0));
  }

  @Test
  void everyPartOfARowIsInItsIdentity() {
    Identity row = Identity.of(encode(FLOATS, numbers(2, 1), 3, 1));
    assertEquals(row, Identity.of(encode(FLOATS, numbers(2, 1), 3, 1)));
    assertNotEquals(row, Identity.of(encode(FLOATS, numbers(2, 4), 3, 1)));
    assertNotEquals(row, Identity.of(encode(FLOATS, numbers(2, 1), 4, 1)));
    assertNotEquals(row, Identity.of(encode(FLOATS, numbers(2, 1), 3, 2)));
    var bytes = layout(DType.UINT8, Type.of(Shape.of(8)));
    assertNotEquals(row, Identity.of(encode(bytes, Values.of(new byte[8]), 3, 1)));
  }

  @Test
  void theLengthOfASequenceIsInItsIdentityAndInItsBlock() {
    RowLayout sequences = layout(DType.FLOAT32, new Type(Shape.of(2, 1), Time.RAGGED));
    byte[] one = encode(sequences, numbers(5), 3, 1);
    byte[] two = encode(sequences, numbers(5, 0), 3, 1);
    assertNotEquals(Identity.of(one), Identity.of(two));
    List<byte[]> rows = new ArrayList<>();
    rows.add(ShardedRow.of(0, new Identity(0, 0), two));
    rows.add(ShardedRow.of(0, new Identity(0, 1), one));
    PackedBlock block = pack(rows, sequences).get(0);
    assertArrayEquals(new int[] {2, 1}, block.lengths());
    assertEquals(3, block.targets()[1]);
    byte[] without = encode(FLOATS, numbers(5, 0), 3, 1);
    assertEquals(
        0,
        pack(List.of(ShardedRow.of(0, new Identity(0, 0), without)), FLOATS)
            .get(0)
            .lengths()
            .length);
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
      byte[] encoded = encode(FLOATS, numbers(i, -i), i % 2, i % 3 == 0 ? 1 : 2);
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
        byte[] row = encode(FLOATS, numbers(value, -value), value % 2, value % 3 == 0 ? 1 : 2);
        long identity = Identity.of(row).high();
        assertFalse(Long.compareUnsigned(before, identity) > 0);
        before = identity;
      }
    }
  }

  @Test
  void weightsOfOneTakeNoRoom() {
    byte[] one = encode(FLOATS, numbers(1, 1), 0, 1);
    byte[] two = encode(FLOATS, numbers(2, 2), 1, 2);
    List<byte[]> rows = new ArrayList<>();
    rows.add(ShardedRow.of(0, new Identity(0, 0), one));
    assertEquals(0, pack(rows, FLOATS).get(0).weights().length);
    rows.add(ShardedRow.of(0, new Identity(0, 1), two));
    assertArrayEquals(new float[] {1, 2}, pack(rows, FLOATS).get(0).weights());
  }

  @Test
  void aShardIsCutAfter4MiBOfFeatures() {
    RowLayout wide =
        new RowLayout(List.of(Field.of("x", DType.UINT8, Type.of(Shape.of(3 << 19)))), List.of());
    List<byte[]> rows = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      byte[] features = new byte[3 << 19];
      features[0] = (byte) i;
      byte[] row = new RowCodec(wide).encode(List.of(Values.of(features)), 1);
      rows.add(ShardedRow.of(0, new Identity(0, i), row));
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
