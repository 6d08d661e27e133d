package org.invar.rows;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Output;
import java.util.Arrays;
import org.invar.tensor.DType;
import org.junit.jupiter.api.Test;

class BlockCodecTest {
  private final BlockCodec codec = new BlockCodec();

  private static PackedBlock block(float... weights) {
    return new PackedBlock(
        5, 2, DType.UINT8, 3, new byte[] {1, 2, 3, -1, 0, 127}, 1, new float[] {4, 0.5f}, weights);
  }

  private static PackedBlock sequences(int... lengths) {
    PackedBlock block = block(1, 2);
    return new PackedBlock(
        block.shard(),
        block.rows(),
        block.type(),
        block.width(),
        block.features(),
        block.featuresAt(),
        block.targetWidth(),
        block.targets(),
        block.weights(),
        lengths);
  }

  private static byte[] features(PackedBlock block) {
    int end = block.featuresFrom(block.rows());
    return Arrays.copyOfRange(block.features(), block.featuresFrom(0), end);
  }

  @Test
  void featuresStayInTheBytesThatWereDecoded() {
    byte[] bytes = codec.encode(block(1, 2));
    assertSame(bytes, codec.decode(bytes).features());
  }

  @Test
  void givesBackWhatItWasGiven() {
    for (PackedBlock block : new PackedBlock[] {block(), block(0.25f, 3), sequences(3, 1)}) {
      PackedBlock back = codec.decode(codec.encode(block));
      assertEquals(block.shard(), back.shard());
      assertEquals(block.rows(), back.rows());
      assertEquals(block.type(), back.type());
      assertEquals(block.width(), back.width());
      assertEquals(block.targetWidth(), back.targetWidth());
      assertArrayEquals(features(block), features(back));
      assertArrayEquals(block.targets(), back.targets());
      assertArrayEquals(block.weights(), back.weights());
      assertArrayEquals(block.lengths(), back.lengths());
      assertArrayEquals(codec.encode(block), new BlockCodec().encode(back));
    }
    assertEquals(1, block().weight(1));
    assertEquals(3, block(0.25f, 3).weight(1));
  }

  @Test
  void refusesTruncatedBytesOfAnyLength() {
    byte[] bytes = codec.encode(block(1, 2));
    for (int length = 0; length < bytes.length; length++) {
      byte[] truncated = Arrays.copyOf(bytes, length);
      assertThrows(IllegalArgumentException.class, () -> codec.decode(truncated));
    }
  }

  @Test
  void refusesTrailingBytes() {
    byte[] bytes = codec.encode(block());
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> codec.decode(Arrays.copyOf(bytes, bytes.length + 1)));
    assertTrue(e.getMessage().contains("rows=2 of width=3"), e.getMessage());
  }

  @Test
  void refusesAnotherClass() {
    Output output = new Output(64);
    new Kryo().writeClassAndObject(output, "text");
    assertThrows(IllegalArgumentException.class, () -> codec.decode(output.toBytes()));
  }

  @Test
  void refusesArraysThatDoNotFitTheRows() {
    assertThrows(IllegalArgumentException.class, () -> block(1, 2, 3));
    assertThrows(IllegalArgumentException.class, () -> sequences(1));
  }
}
