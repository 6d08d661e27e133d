package org.invar.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_equal;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.dnnl.dnnl_memory_desc_t;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.invar.kernel.onednn.PrimitiveCache.Prepared;
import org.jspecify.annotations.Nullable;

/**
 * A primitive that takes its caller's plain arrays: where it wants another format, or its result is
 * added to something, the array is copied on its way in or out.
 */
final class Adapted implements Prepared {
  /** What becomes of an array. */
  enum Use {
    /** It is read. */
    READ,
    /** It is written. */
    WRITTEN,
    /** The result is added to what it holds. */
    ADDED_TO
  }

  /**
   * An argument of the operation.
   *
   * @param number the library's number of it
   * @param plain the caller's format
   */
  record Argument(int number, dnnl_memory_desc_t plain, Use use) {}

  private static final int NONE = -1;

  private final OneDnn library;
  private final Primitive primitive;
  private final List<Argument> arguments;
  private final @Nullable Primitive[] copies;
  private final long[] floats;
  private final long[] addresses;

  /**
   * Compiles an operation and the copies around it.
   *
   * @param description is freed with this, and where it cannot be compiled
   * @param arguments in the order in which {@link #execute} takes them
   */
  Adapted(OneDnn library, dnnl_primitive_desc description, List<Argument> arguments) {
    this.library = library;
    this.arguments = arguments;
    this.primitive =
        new Primitive(
            library, description, arguments.stream().mapToInt(Argument::number).toArray());
    this.copies = new @Nullable Primitive[arguments.size()];
    this.floats = new long[arguments.size()];
    this.addresses = new long[arguments.size()];
    try {
      compileCopies();
    } catch (Throwable e) { // JavaCPP throws errors where its memory ends.
      close();
      throw e;
    }
  }

  private void compileCopies() {
    for (int i = 0; i < copies.length; i++) {
      Argument argument = arguments.get(i);
      dnnl_memory_desc_t own = primitive.format(argument.number());
      floats[i] = primitive.floats(argument.number());
      if (argument.use() == Use.READ && dnnl_memory_desc_equal(own, argument.plain()) == 0) {
        copies[i] = Reorders.reorder(library, argument.plain(), own, false);
      } else if (argument.use() == Use.ADDED_TO
          || dnnl_memory_desc_equal(own, argument.plain()) == 0) {
        copies[i] =
            Reorders.reorder(library, own, argument.plain(), argument.use() == Use.ADDED_TO);
      }
    }
  }

  /** Returns whether this and another operation want an argument in one format. */
  boolean agrees(Adapted other, int argument) {
    int number = arguments.get(argument).number();
    return this == other
        || dnnl_memory_desc_equal(primitive.format(number), other.primitive.format(number)) != 0;
  }

  /**
   * Returns where an argument that is read stands in the operation's format: a copy, or the plain
   * array itself.
   *
   * @param piece the scratch memory for a copy, which {@link #execute} leaves alone
   */
  long ready(int argument, long plain, int piece) {
    Primitive copy = copies[argument];
    if (copy == null) {
      return plain;
    }
    long address = library.scratch().at(piece, floats[argument]);
    copy.execute(plain, address);
    return address;
  }

  /** Runs the operation on plain arrays at those addresses, in the order of the arguments. */
  void execute(long... plain) {
    execute(NONE, plain);
  }

  /**
   * Runs the operation on plain arrays but for one.
   *
   * @param ready the argument that is given as {@link #ready} returns it
   */
  void executeReady(int ready, long... given) {
    execute(ready, given);
  }

  private void execute(int ready, long[] plain) {
    for (int i = 0; i < plain.length; i++) {
      Primitive copy = i == ready ? null : copies[i];
      addresses[i] = copy == null ? plain[i] : library.scratch().at(Scratch.FREE + i, floats[i]);
      if (copy != null && arguments.get(i).use() == Use.READ) {
        copy.execute(plain[i], addresses[i]);
      }
    }
    primitive.execute(addresses);
    for (int i = 0; i < plain.length; i++) {
      Primitive copy = i == ready ? null : copies[i];
      if (copy != null && arguments.get(i).use() != Use.READ) {
        copy.execute(addresses[i], plain[i]);
      }
    }
  }

  @Override
  public void close() {
    Arrays.stream(copies).filter(copy -> copy != null).forEach(Primitive::close);
    primitive.close();
  }
}
