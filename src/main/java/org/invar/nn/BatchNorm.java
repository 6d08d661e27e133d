package org.invar.nn;

import java.util.List;
import org.invar.kernel.Kernels;
import org.invar.tensor.Float32;
import org.invar.tensor.Initializer;
import org.invar.tensor.Layout;
import org.invar.tensor.Parameters;
import org.invar.tensor.Shape;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * (x − mean) / √(variance + epsilon) · gamma + beta, a channel (last axis) at a time; the shape
 * stays.
 *
 * <p>Training takes the mean and the biased variance of the shard's part of the batch ("ghost"
 * batch normalization, Hoffer, Hubara, Soudry 2017, arXiv:1705.08741), so that the result does not
 * depend on how shards are spread over workers. Prediction takes the running mean and variance,
 * updated once a step with those of the whole batch. Ioffe, Szegedy 2015, arXiv:1502.03167.
 *
 * <p>Of sequences with lengths, each row's own steps count alone; outputs behind them are zeros.
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

  /**
   * Returns batch normalization with momentum 0.99 and epsilon 1e-3, the defaults of Keras's
   * BatchNormalization; PyTorch's are 0.9, which it calls 0.1, and 1e-5.
   *
   * <p>In small batches PyTorch's cost accuracy: of a ReLU's channel that few rows reach a batch
   * has hardly any variance, so 1 / √(variance + 1e-5) makes outliers of those rows, and an average
   * of ten batches is far from the mean of all. In runs of few steps 0.99 costs it: 0.99¹⁰⁰ = 0.37
   * of what running statistics start with is left after a hundred.
   */
  public static BatchNorm of() {
    return new BatchNorm(0.99, 1e-3);
  }

  @Override
  public Type output(Type input) {
    if (input.shape().rank() == 0) {
      throw new IllegalArgumentException("expected channels as the last axis, found a scalar");
    }
    if (input.sequence()) {
      Checks.ownSteps(input);
    }
    return input;
  }

  @Override
  public List<Layout.Spec> parameters(Type input) {
    Shape channels = Shape.of(input.shape().get(-1));
    return List.of(
        Layout.Spec.plain("gamma", channels, Initializer.Constant.of(1)),
        Layout.Spec.plain("beta", channels, new Initializer.Zeros()));
  }

  @Override
  public List<Layout.Spec> state(Type input) {
    return Layout.Spec.moments(Shape.of(input.shape().get(-1)), momentum);
  }

  @Override
  public Value forward(Value x, Parameters parameters, Tape tape) {
    Steps steps = ragged(x);
    INDArray all = x.array();
    if (!tape.training()) {
      INDArray running = Nd4j.vstack(parameters.state("mean"), parameters.state("variance"));
      INDArray y = normalize(positions(all), running, parameters, tape).reshape('c', all.shape());
      return x.with(steps == null ? y : steps.withoutPadding(y));
    }
    INDArray own = steps == null ? positions(all) : steps.own(all);
    INDArray moments = tape.kernels().moments(own);
    Parameters statistics = tape.statistics();
    if (statistics != null) {
      addStatistics(own.size(0), moments, parameters, statistics, tape.kernels());
    }
    tape.push(x);
    tape.push(own);
    tape.push(moments);
    INDArray y = normalize(own, moments, parameters, tape);
    return x.with(steps == null ? y.reshape('c', all.shape()) : steps.spread(y));
  }

  private INDArray normalize(INDArray x, INDArray moments, Parameters parameters, Tape tape) {
    return tape.kernels()
        .normalize(x, moments, parameters.get("gamma"), parameters.get("beta"), epsilon);
  }

  @Override
  public INDArray backward(INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
    INDArray moments = tape.pop();
    INDArray own = tape.pop();
    Steps steps = ragged(tape.popValue());
    INDArray dx =
        tape.kernels()
            .normalizeGradient(
                own,
                steps == null ? positions(dy) : steps.own(dy),
                moments,
                parameters.get("gamma"),
                epsilon,
                gradient.get("gamma"),
                gradient.get("beta"));
    return steps == null ? dx.reshape('c', dy.shape()) : steps.spread(dx);
  }

  /** Adds the sums over the shard's values that {@link Layout.Statistic} has. */
  private static void addStatistics(
      long count, INDArray moments, Parameters parameters, Parameters statistics, Kernels kernels) {
    double[] running = kernels.values(parameters.state("mean"));
    double[] ofShard = kernels.values(moments);
    int channels = running.length;
    double[] distances = new double[channels];
    double[] squares = new double[channels];
    for (int c = 0; c < channels; c++) {
      double distance = ofShard[c] - running[c];
      distances[c] = count * distance;
      squares[c] = count * (ofShard[channels + c] + distance * distance);
    }
    INDArray mean = statistics.state("mean");
    INDArray variance = statistics.state("variance");
    mean.addi(kernels.like(mean, distances));
    variance.addi(kernels.like(variance, squares));
    statistics.state("count").addi(count);
  }

  /** Returns the rows' own steps, or null where all values are. */
  private static @Nullable Steps ragged(Value x) {
    return x.sequence() && x.lengths() != null ? Steps.of(x) : null;
  }

  @Override
  public int leastRows(Type input) {
    return input.shape().size() == input.shape().get(-1) ? 2 : 1;
  }

  private static INDArray positions(INDArray x) {
    return x.reshape('c', -1, x.size(-1));
  }
}
