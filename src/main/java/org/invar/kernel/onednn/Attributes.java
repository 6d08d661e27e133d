package org.invar.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.invar.kernel.Activation;

/**
 * What an operation is described with beside its arrays: what is done with its result, and whose
 * scratch memory it uses.
 *
 * <p>Scratch memory is always the caller's: the library's own belongs to the thread that made a
 * primitive, and kernels may pass from thread to thread.
 */
final class Attributes implements AutoCloseable {
  private final dnnl_primitive_attr handle = new dnnl_primitive_attr();
  private final dnnl_post_ops behind = new dnnl_post_ops();

  /**
   * Makes attributes.
   *
   * @param activation is applied to the result
   * @param add whether the result is added to what the target holds
   */
  Attributes(Activation activation, boolean add) {
    try {
      set(activation, add);
    } catch (Throwable e) { // JavaCPP throws errors where its memory ends.
      close();
      throw e;
    }
  }

  private void set(Activation activation, boolean add) {
    OneDnn.check(dnnl_primitive_attr_create(handle), "attributes");
    OneDnn.check(
        dnnl_primitive_attr_set_scratchpad_mode(handle, dnnl_scratchpad_mode_user),
        "scratch memory");
    if (activation == Activation.IDENTITY && !add) {
      return;
    }
    OneDnn.check(dnnl_post_ops_create(behind), "operations behind another");
    if (activation != Activation.IDENTITY) {
      Eltwise kind = Eltwise.of(activation);
      OneDnn.check(
          dnnl_post_ops_append_eltwise(behind, 1, kind.forward(), kind.alpha(), 0),
          "an activation behind another operation");
    }
    if (add) {
      OneDnn.check(dnnl_post_ops_append_sum(behind, 1), "a sum");
    }
    OneDnn.check(dnnl_primitive_attr_set_post_ops(handle, behind), "attributes");
  }

  /** Makes attributes of an operation whose result is multiplied. */
  static Attributes scaling(float factor) {
    Attributes attributes = new Attributes(Activation.IDENTITY, false);
    try {
      OneDnn.check(
          dnnl_primitive_attr_set_output_scales(attributes.handle, 1, 0, new float[] {factor}),
          "a factor");
      return attributes;
    } catch (Throwable e) { // JavaCPP throws errors where its memory ends.
      attributes.close();
      throw e;
    }
  }

  dnnl_primitive_attr handle() {
    return handle;
  }

  @Override
  public void close() {
    dnnl_post_ops_destroy(behind);
    dnnl_primitive_attr_destroy(handle);
  }
}
