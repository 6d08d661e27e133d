package org.invar.kernel;

import static org.bytedeco.dnnl.global.dnnl.*;

import org.bytedeco.dnnl.dnnl_eltwise_desc_t;
import org.bytedeco.dnnl.dnnl_memory_desc_t;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * oneDNN's element-wise algorithms of an activation.
 *
 * @param forward the algorithm
 * @param backward the algorithm whose backward takes what {@link Activation#needsInput()} says
 * @param alpha its parameter
 */
record Eltwise(int forward, int backward, float alpha) {
  /**
   * Returns the algorithms.
   *
   * @throws IllegalArgumentException for softmax, which is none, and for identity
   */
  static Eltwise of(Activation activation) {
    return switch (activation) {
      case SIGMOID -> new Eltwise(dnnl_eltwise_logistic, dnnl_eltwise_logistic_use_dst_for_bwd, 0);
      case TANH -> new Eltwise(dnnl_eltwise_tanh, dnnl_eltwise_tanh_use_dst_for_bwd, 0);
      case RELU -> new Eltwise(dnnl_eltwise_relu, dnnl_eltwise_relu_use_dst_for_bwd, 0);
      case LEAKY_RELU ->
          new Eltwise(
              dnnl_eltwise_relu, dnnl_eltwise_relu_use_dst_for_bwd, (float) Activation.LEAKY_SLOPE);
      case ELU -> new Eltwise(dnnl_eltwise_elu, dnnl_eltwise_elu_use_dst_for_bwd, 1);
      case GELU -> new Eltwise(dnnl_eltwise_gelu_erf, dnnl_eltwise_gelu_erf, 0);
      case IDENTITY, SOFTPLUS, SOFTMAX ->
          throw new IllegalArgumentException(activation + " has no algorithm of its own");
    };
  }

  /**
   * Returns the operation: from input to output, or from what is saved and the output's gradient to
   * the input's.
   *
   * @param activation the activation of this algorithm
   */
  Primitive primitive(
      OneDnn library, Activation activation, boolean goesForward, dnnl_memory_desc_t array) {
    dnnl_eltwise_desc_t operation = new dnnl_eltwise_desc_t();
    OneDnn.check(
        dnnl_eltwise_forward_desc_init(
            operation, dnnl_forward_training, goesForward ? forward : backward, array, alpha, 0),
        "an activation");
    dnnl_primitive_desc there = library.require(operation, Activation.IDENTITY, null);
    if (goesForward) {
      return new Primitive(library, there, DNNL_ARG_SRC, DNNL_ARG_DST);
    }
    dnnl_eltwise_desc_t back = new dnnl_eltwise_desc_t();
    OneDnn.check(
        dnnl_eltwise_backward_desc_init(back, backward, array, array, alpha, 0),
        "an activation's gradient");
    dnnl_primitive_desc description = library.require(back, Activation.IDENTITY, there);
    dnnl_primitive_desc_destroy(there);
    int saved = activation.needsInput() ? DNNL_ARG_SRC : DNNL_ARG_DST;
    return new Primitive(library, description, saved, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_SRC);
  }
}
