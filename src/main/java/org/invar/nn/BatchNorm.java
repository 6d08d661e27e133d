package org.invar.nn;

import java.util.List;
import org.invar.param.Float32;
import org.invar.param.Initializer;
import org.invar.param.Layout;
import org.invar.param.Parameters;
import org.invar.param.Shape;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * (x − mean) / √(variance + epsilon) · gamma + beta, a channel (last axis) at a time; the shape
 * stays.
 *
 * <p>Training takes the mean and the biased variance of the shard's part of the batch ("ghost"
 * batch normalization, Hoffer, Hubara, Soudry 2017, arXiv:1705.08741), so that the result does not
 * depend on how shards are spread over workers. Prediction takes running statistics, updated once a
 * step with the shards' statistics weighted by rows. Ioffe, Szegedy 2015, arXiv:1502.03167.
 *
 * @param momentum the weight of the running statistics' old value, in [0, 1)
 * @param epsilon added to the variance, positive
 */
public record BatchNorm(double momentum, double epsilon) implements Layer {
  /** Refuses a momentum outside [0, 1) and an epsilon that is not positive. */
  public BatchNorm {
    if (!(momentum >= 0 && momentum < 1)) {
      throw new IllegalArgumentException("momentum=" + momentum + " is not in [0, 1)");
    }
    if (!(epsilon > 0)) {
      throw new IllegalArgumentException("epsilon=" + epsilon + " is not positive");
    }
    if (!Float32.holds(epsilon)) {
      throw new IllegalArgumentException("epsilon=" + epsilon + " is not " + Float32.POSITIVE);
    }
  }

  /** Returns batch normalization with momentum 0.9 and epsilon 1e-5. */
  public static BatchNorm of() {
    return new BatchNorm(0.9, 1e-5);
  }

  @Override
  public Shape outputShape(Shape input) {
    if (input.rank() == 0) {
      throw new IllegalArgumentException("expected channels as the last axis, found a scalar");
    }
    return input;
  }

  @Override
  public List<Layout.Spec> parameters(Shape input) {
    Shape channels = Shape.of(input.get(-1));
    return List.of(
        Layout.Spec.plain("gamma", channels, Initializer.Constant.of(1)),
        Layout.Spec.plain("beta", channels, new Initializer.Zeros()));
  }

  @Override
  public List<Layout.Spec> state(Shape input) {
    Shape channels = Shape.of(input.get(-1));
    return List.of(
        Layout.Spec.running("mean", channels, new Initializer.Zeros(), momentum),
        Layout.Spec.running("variance", channels, Initializer.Constant.of(1), momentum));
  }

  @Override
  public INDArray forward(INDArray x, Parameters parameters, Tape tape) {
    INDArray positions = positions(x);
    INDArray moments =
        tape.training()
            ? tape.kernels().moments(positions)
            : Nd4j.vstack(parameters.state("mean"), parameters.state("variance"));
    tape.push(x);
    tape.push(moments);
    return tape.kernels()
        .normalize(positions, moments, parameters.get("gamma"), parameters.get("beta"), epsilon)
        .reshape('c', x.shape());
  }

  @Override
  public INDArray backward(INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
    INDArray moments = tape.pop();
    INDArray x = tape.pop();
    gradient.state("mean").addi(moments.getRow(0).mul(x.size(0)));
    gradient.state("variance").addi(moments.getRow(1).mul(x.size(0)));
    return tape.kernels()
        .normalizeGradient(
            positions(x),
            positions(dy),
            moments,
            parameters.get("gamma"),
            epsilon,
            gradient.get("gamma"),
            gradient.get("beta"))
        .reshape('c', x.shape());
  }

  @Override
  public int leastRows(Shape input) {
    return input.size() == input.get(-1) ? 2 : 1;
  }

  private static INDArray positions(INDArray x) {
    return x.reshape('c', -1, x.size(-1));
  }
}
