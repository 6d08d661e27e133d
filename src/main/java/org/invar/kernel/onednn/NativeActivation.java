package org.invar.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import org.bytedeco.dnnl.dnnl_eltwise_desc_t;
import org.bytedeco.dnnl.dnnl_memory_desc_t;
import org.bytedeco.dnnl.dnnl_softmax_desc_t;
import org.bytedeco.javacpp.Pointer;
import org.invar.kernel.Activation;

/**
 * An activation of one shape as oneDNN's operations: softmax along rows, all others element by
 * element.
 *
 * @param activation neither the identity nor softplus
 */
record NativeActivation(Activation activation, long rows, long columns) {
  /** An operation's key. */
  private record Key(NativeActivation shape, boolean forward) {}

  /** Returns an element-wise activation of a vector. */
  static NativeActivation ofVector(Activation activation, long length) {
    return new NativeActivation(activation, 1, length);
  }

  /** Arguments: input, output. */
  Primitive forward(OneDnn library) {
    return library.prepared(
        new Key(this, true),
        () ->
            new Primitive(
                library,
                library.require(forward(true), Activation.IDENTITY),
                DNNL_ARG_SRC,
                DNNL_ARG_DST));
  }

  /** Arguments: what is saved of forward, gradient of the output, gradient of the input. */
  Primitive gradient(OneDnn library) {
    int saved = activation.needsInput() ? DNNL_ARG_SRC : DNNL_ARG_DST;
    return library.prepared(
        new Key(this, false),
        () ->
            new Primitive(
                library,
                library.requireGradient(forward(false), backward()),
                saved,
                DNNL_ARG_DIFF_DST,
                DNNL_ARG_DIFF_SRC));
  }

  /**
   * Describes the way forward.
   *
   * @param alone whether no gradient is computed of it
   */
  private Pointer forward(boolean alone) {
    dnnl_memory_desc_t array = Formats.dense(rows, columns);
    if (activation == Activation.SOFTMAX) {
      dnnl_softmax_desc_t operation = new dnnl_softmax_desc_t();
      OneDnn.check(
          dnnl_softmax_forward_desc_init(operation, dnnl_forward_training, array, 1), "softmax");
      return operation;
    }
    Eltwise kind = Eltwise.of(activation);
    dnnl_eltwise_desc_t operation = new dnnl_eltwise_desc_t();
    OneDnn.check(
        dnnl_eltwise_forward_desc_init(
            operation,
            dnnl_forward_training,
            alone ? kind.forward() : kind.backward(),
            array,
            kind.alpha(),
            0),
        "an activation");
    return operation;
  }

  private Pointer backward() {
    dnnl_memory_desc_t array = Formats.dense(rows, columns);
    if (activation == Activation.SOFTMAX) {
      dnnl_softmax_desc_t operation = new dnnl_softmax_desc_t();
      OneDnn.check(
          dnnl_softmax_backward_desc_init(operation, array, array, 1), "softmax's gradient");
      return operation;
    }
    Eltwise kind = Eltwise.of(activation);
    dnnl_eltwise_desc_t operation = new dnnl_eltwise_desc_t();
    OneDnn.check(
        dnnl_eltwise_backward_desc_init(operation, kind.backward(), array, array, kind.alpha(), 0),
        "an activation's gradient");
    return operation;
  }
}
