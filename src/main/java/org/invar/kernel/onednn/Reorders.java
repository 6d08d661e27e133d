package org.invar.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import org.bytedeco.dnnl.dnnl_memory_desc_t;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.invar.kernel.Activation;

/** Copies from one format into another, in oneDNN's reorders; arguments are source and target. */
final class Reorders {
  private Reorders() {}

  /**
   * Returns a copy from one format into another.
   *
   * @param add whether it adds to the target instead of replacing it
   */
  static Primitive reorder(
      OneDnn library, dnnl_memory_desc_t from, dnnl_memory_desc_t to, boolean add) {
    try (Attributes attributes = new Attributes(Activation.IDENTITY, add)) {
      return reorder(library, from, to, attributes);
    }
  }

  private static Primitive reorder(
      OneDnn library, dnnl_memory_desc_t from, dnnl_memory_desc_t to, Attributes attributes) {
    dnnl_primitive_desc description = new dnnl_primitive_desc();
    OneDnn.check(
        dnnl_reorder_primitive_desc_create(
            description, from, library.engine(), to, library.engine(), attributes.handle()),
        "a reorder");
    return new Primitive(library, description, DNNL_ARG_FROM, DNNL_ARG_TO);
  }

  /** What a copy of scaled bytes is made for. */
  private record Scaled(long length, float factor) {}

  /** Returns a copy of unsigned bytes into as many floats, times a factor. */
  static Primitive scaled(OneDnn library, long length, float factor) {
    return library.prepared(
        new Scaled(length, factor),
        () -> {
          try (Attributes attributes = Attributes.scaling(factor)) {
            return reorder(library, Formats.bytes(length), Formats.dense(length), attributes);
          }
        });
  }

  /** What a copy with its first two axes exchanged is made for. */
  private record Swap(long first, long second, long width) {}

  /** Returns a copy of [first, second, width] into [second, first, width]. */
  static Primitive swapped(OneDnn library, long first, long second, long width) {
    return library.prepared(
        new Swap(first, second, width),
        () -> {
          long[] dimensions = {first, second, width};
          return reorder(
              library,
              Formats.dense(dimensions),
              Formats.strided(dimensions, width, first * width, 1),
              false);
        });
  }

  /** What a transposing copy is made for. */
  private record Transposition(long rows, long columns, long stride) {}

  /** Returns a copy of a matrix, its rows that far apart, into its dense transpose. */
  static Primitive transposed(OneDnn library, long rows, long columns, long stride) {
    return library.prepared(
        new Transposition(rows, columns, stride),
        () -> {
          long[] dimensions = {rows, columns};
          return reorder(
              library,
              Formats.strided(dimensions, stride, 1),
              Formats.strided(dimensions, 1, rows),
              false);
        });
  }
}
