package org.invar.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import org.bytedeco.dnnl.dnnl_memory_desc_t;

/** How floats lie in memory, as oneDNN describes it: dimensions and strides, or a named format. */
final class Formats {
  private Formats() {}

  /** Describes a dense row-major array. */
  static dnnl_memory_desc_t dense(long... dimensions) {
    long[] strides = new long[dimensions.length];
    long stride = 1;
    for (int i = dimensions.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= dimensions[i];
    }
    return strided(dimensions, strides);
  }

  /** Describes floats of those dimensions at those strides. */
  static dnnl_memory_desc_t strided(long[] dimensions, long... strides) {
    return strided(dnnl_f32, dimensions, strides);
  }

  /** Describes a row of unsigned bytes. */
  static dnnl_memory_desc_t bytes(long length) {
    return strided(dnnl_u8, new long[] {length}, 1);
  }

  private static dnnl_memory_desc_t strided(int type, long[] dimensions, long... strides) {
    dnnl_memory_desc_t description = new dnnl_memory_desc_t();
    OneDnn.check(
        dnnl_memory_desc_init_by_strides(description, dimensions.length, dimensions, type, strides),
        "an array");
    return description;
  }

  /**
   * Describes floats in one of the library's formats; {@code dnnl_format_tag_any} lets it choose.
   */
  static dnnl_memory_desc_t tagged(int tag, long... dimensions) {
    dnnl_memory_desc_t description = new dnnl_memory_desc_t();
    OneDnn.check(
        dnnl_memory_desc_init_by_tag(description, dimensions.length, dimensions, dnnl_f32, tag),
        "an array");
    return description;
  }
}
