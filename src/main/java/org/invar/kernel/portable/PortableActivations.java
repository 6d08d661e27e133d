package org.invar.kernel.portable;

import org.invar.kernel.Activation;
import org.invar.kernel.Kernels;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.scalar.RectifiedLinear;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Erf;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** The activations and their gradients in ND4J operations. */
final class PortableActivations {
  private PortableActivations() {}

  /** Sets y = activation(z), which may be z itself, and returns it. */
  static INDArray activate(Activation activation, INDArray z, INDArray y) {
    switch (activation) {
      case IDENTITY -> y.assign(z);
      // ND4J's tanh is four times as fast as its sigmoid: σ(z) = (tanh(z/2) + 1) / 2.
      case SIGMOID -> exec("tanh", y, z.mul(0.5)).addi(1).muli(0.5);
      case TANH -> exec("tanh", y, z);
      case RELU -> relu(z, y);
      case LEAKY_RELU -> exec("maximum", y, z, z.mul(Activation.LEAKY_SLOPE));
      case ELU ->
          y.assign(Transforms.exp(Transforms.min(z, 0.0, true)).subi(1).addi(Transforms.relu(z)));
      case GELU -> y.assign(normalDistribution(z).muli(z));
      case SOFTPLUS -> softplus(z, y);
      case SOFTMAX -> exec("softmax", y, z);
    }
    return y;
  }

  /** Returns dz from dy; what is saved is as {@link Kernels#activateGradient} takes it. */
  static INDArray gradient(Activation activation, INDArray saved, INDArray dy) {
    return switch (activation) {
      case IDENTITY -> dy;
      // y (1 − y) dy
      case SIGMOID -> saved.rsub(1).muli(saved).muli(dy);
      // (1 − y²) dy
      case TANH -> saved.mul(saved).rsubi(1).muli(dy);
      case RELU -> positive(saved).muli(dy);
      case LEAKY_RELU ->
          positive(saved).muli(1 - Activation.LEAKY_SLOPE).addi(Activation.LEAKY_SLOPE).muli(dy);
      // 1 where positive, else y + 1 = eᶻ
      case ELU -> Transforms.min(saved, 0.0, true).addi(1).muli(dy);
      case GELU -> geluDerivative(saved).muli(dy);
      // σ(z) = 1 − e⁻ʸ
      case SOFTPLUS -> Transforms.exp(saved.neg()).rsubi(1).muli(dy);
      case SOFTMAX -> softmaxGradient(saved, dy);
    };
  }

  /** max(z, 0) + log(1 + e^−|z|), which neither overflows nor loses small values. */
  private static void softplus(INDArray z, INDArray y) {
    INDArray tail = Transforms.log1p(Transforms.exp(Transforms.abs(z).negi(), false), false);
    relu(z, y).addi(tail);
  }

  private static INDArray softmaxGradient(INDArray y, INDArray dy) {
    INDArray weighted = y.mul(dy);
    long units = y.size(-1);
    INDArray rows = weighted.reshape('c', -1, units);
    INDArray ones = Nd4j.ones(y.dataType(), units, 1);
    INDArray sums = PortableKernels.array(y, rows.size(0), 1);
    PortableKernels.matmul(rows, ones, sums, false, false, 0);
    rows.subi(y.reshape('c', -1, units).mulColumnVector(sums.reshape(rows.size(0))));
    return weighted;
  }

  /** Φ(z) = (1 + erf(z/√2)) / 2. */
  private static INDArray normalDistribution(INDArray z) {
    INDArray scaled = z.mul(Math.sqrt(0.5));
    return Nd4j.exec(new Erf(scaled, scaled)).addi(1).muli(0.5);
  }

  /** Φ(z) + z φ(z). */
  private static INDArray geluDerivative(INDArray z) {
    INDArray density = Transforms.exp(z.mul(z).muli(-0.5)).muli(1 / Math.sqrt(2 * Math.PI));
    return density.muli(z).addi(normalDistribution(z));
  }

  /** 1 where the value is positive, else 0. */
  private static INDArray positive(INDArray values) {
    INDArray signs = Transforms.sign(values);
    return relu(signs, signs);
  }

  private static INDArray relu(INDArray z, INDArray y) {
    return Nd4j.exec(new RectifiedLinear(z, y, 0.0));
  }

  private static INDArray exec(String operation, INDArray output, INDArray... inputs) {
    return PortableKernels.exec(operation, new int[0], new INDArray[] {output}, inputs);
  }
}
