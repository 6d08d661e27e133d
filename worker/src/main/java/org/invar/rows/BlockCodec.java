package org.invar.rows;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.nio.ByteBuffer;
import org.invar.tensor.DType;

/**
 * Blocks to bytes and back, by a Kryo of our own that knows this one class and refuses any other.
 *
 * <p>Equal blocks have equal bytes. Not safe for use by several threads: Kryo is not.
 */
public final class BlockCodec {
  private static final int BLOCK_ID = 16;
  private static final int HEADER_BYTES = 4 * Integer.BYTES + 2;
  private static final int CLASS_BYTES = 1;
  private static final int WEIGHTED = 1;
  private static final int WITH_LENGTHS = 2;

  private final Kryo kryo = new Kryo();

  /** Makes a codec. */
  public BlockCodec() {
    kryo.setRegistrationRequired(true);
    kryo.setReferences(false);
    kryo.register(PackedBlock.class, new BlockSerializer(), BLOCK_ID);
  }

  /** Returns a block's bytes. */
  public byte[] encode(PackedBlock block) {
    long body =
        bodyBytes(block.rows(), block.type(), block.width(), block.targetWidth(), flags(block));
    Output output = new Output(Math.toIntExact(CLASS_BYTES + HEADER_BYTES + body), -1);
    kryo.writeClassAndObject(output, block);
    // The array itself where it is full, as it is unless the size above is wrong.
    byte[] bytes = output.getBuffer();
    return output.position() == bytes.length ? bytes : output.toBytes();
  }

  /**
   * Returns the block of the bytes, in which its features stay: an encoded block that Spark holds
   * in this process and the one that is trained on are the same memory.
   *
   * @throws IllegalArgumentException when they are not exactly one block: truncated, followed by
   *     others, or of another class
   */
  public PackedBlock decode(byte[] bytes) {
    try {
      if (kryo.readClassAndObject(new Input(bytes)) instanceof PackedBlock block) {
        return block;
      }
      throw new KryoException("an object of another class");
    } catch (KryoException e) {
      throw new IllegalArgumentException(
          bytes.length + " bytes are not a packed block: " + e.getMessage(), e);
    }
  }

  /** Returns the shard of a block without decoding the rest. */
  public static int shard(byte[] bytes) {
    return ByteBuffer.wrap(bytes).getInt(CLASS_BYTES);
  }

  /** Which of the arrays that a block may lack are there. */
  private static int flags(PackedBlock block) {
    return (block.weights().length > 0 ? WEIGHTED : 0)
        | (block.lengths().length > 0 ? WITH_LENGTHS : 0);
  }

  private static long bodyBytes(int rows, DType type, int width, int targetWidth, int flags) {
    long row =
        (long) width * type.bytes()
            + (long) Float.BYTES * targetWidth
            + ((flags & WEIGHTED) != 0 ? Float.BYTES : 0)
            + ((flags & WITH_LENGTHS) != 0 ? Integer.BYTES : 0);
    return rows * row;
  }

  /** The type of features whose numbers take that many bytes; a block's are no ids. */
  private static DType type(byte bytes) {
    return switch (bytes) {
      case 1 -> DType.UINT8;
      case Float.BYTES -> DType.FLOAT32;
      default -> throw new KryoException("no features take " + bytes + " bytes a number");
    };
  }

  /** Header, then the arrays, whose lengths follow from the header. */
  private static final class BlockSerializer extends Serializer<PackedBlock> {
    @Override
    public void write(Kryo kryo, Output output, PackedBlock block) {
      output.writeInt(block.shard());
      output.writeInt(block.rows());
      output.writeByte(block.type().bytes());
      output.writeInt(block.width());
      output.writeInt(block.targetWidth());
      output.writeByte(flags(block));
      output.writeBytes(block.features(), block.featuresAt(), block.featureBytes());
      output.writeFloats(block.targets());
      output.writeFloats(block.weights());
      output.writeInts(block.lengths());
    }

    @Override
    public PackedBlock read(Kryo kryo, Input input, Class<PackedBlock> type) {
      int shard = input.readInt();
      int rows = input.readInt();
      DType dtype = type(input.readByte());
      int width = input.readInt();
      int targetWidth = input.readInt();
      int flags = input.readByte();
      // Before anything is allocated: a length that was not checked could ask for all memory.
      long body = bodyBytes(rows, dtype, width, targetWidth, flags);
      int left = input.limit() - input.position();
      if ((flags & ~(WEIGHTED | WITH_LENGTHS)) != 0) {
        throw new KryoException("flags=" + flags + " of a block are not known");
      }
      if (rows < 0 || width < 0 || targetWidth < 0 || body != left) {
        throw new KryoException(
            "rows=" + rows + " of width=" + width + " take " + body + " bytes, found " + left);
      }
      int features = input.position();
      input.skip(rows * width * dtype.bytes());
      return new PackedBlock(
          shard,
          rows,
          dtype,
          width,
          input.getBuffer(),
          features,
          targetWidth,
          input.readFloats(rows * targetWidth),
          input.readFloats((flags & WEIGHTED) != 0 ? rows : 0),
          input.readInts((flags & WITH_LENGTHS) != 0 ? rows : 0));
    }
  }
}
