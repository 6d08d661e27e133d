package org.invar.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import org.invar.kernel.Activation;
import org.jspecify.annotations.Nullable;

/**
 * oneDNN's element-wise algorithms of an activation.
 *
 * @param forward the algorithm
 * @param backward the algorithm whose backward takes what {@link Activation#needsInput()} says
 * @param alpha its parameter
 */
record Eltwise(int forward, int backward, float alpha) {
  /** Returns whether oneDNN has the activation as an operation on single elements. */
  static boolean has(Activation activation) {
    return find(activation) != null;
  }

  /**
   * Returns the algorithms.
   *
   * @throws IllegalArgumentException where there are none
   */
  static Eltwise of(Activation activation) {
    Eltwise found = find(activation);
    if (found == null) {
      throw new IllegalArgumentException(activation + " has no algorithm of its own");
    }
    return found;
  }

  private static @Nullable Eltwise find(Activation activation) {
    return switch (activation) {
      case SIGMOID -> new Eltwise(dnnl_eltwise_logistic, dnnl_eltwise_logistic_use_dst_for_bwd, 0);
      case TANH -> new Eltwise(dnnl_eltwise_tanh, dnnl_eltwise_tanh_use_dst_for_bwd, 0);
      case RELU -> new Eltwise(dnnl_eltwise_relu, dnnl_eltwise_relu_use_dst_for_bwd, 0);
      case LEAKY_RELU ->
          new Eltwise(
              dnnl_eltwise_relu, dnnl_eltwise_relu_use_dst_for_bwd, (float) Activation.LEAKY_SLOPE);
      case ELU -> new Eltwise(dnnl_eltwise_elu, dnnl_eltwise_elu_use_dst_for_bwd, 1);
      case GELU -> new Eltwise(dnnl_eltwise_gelu_erf, dnnl_eltwise_gelu_erf, 0);
      case IDENTITY, SOFTPLUS, SOFTMAX -> null;
    };
  }
}
