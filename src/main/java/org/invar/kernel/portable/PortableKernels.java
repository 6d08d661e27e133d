package org.invar.kernel.portable;

import org.invar.kernel.Activation;
import org.invar.kernel.Cell;
import org.invar.kernel.Kernels;
import org.invar.kernel.Recurrence;
import org.invar.kernel.Window;
import org.invar.kernel.Window.Padding;
import org.invar.tensor.Shape;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The kernels in ND4J operations alone, in float or double: the reference for every faster one, and
 * what runs on CUDA.
 *
 * <p>Sums over rows are matrix products with a vector of ones: ND4J's own reduction over leading
 * axes is an order of magnitude slower and depends on the number of OpenMP threads.
 */
public final class PortableKernels implements Kernels {
  /** Makes the kernels; they hold no state. */
  public PortableKernels() {}

  @Override
  public String name() {
    return "portable";
  }

  @Override
  public INDArray scaled(byte[] bytes, float factor, long... shape) {
    float[] floats = new float[bytes.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (bytes[i] & 0xFF) * factor;
    }
    return Nd4j.create(floats, shape, 'c');
  }

  @Override
  public double[] values(INDArray x) {
    // A fresh row-major copy: data() of a view would be the whole buffer behind it.
    return x.dup('c').data().asDouble();
  }

  @Override
  public INDArray like(INDArray x, double[] values) {
    return Nd4j.create(values, x.shape(), 'c').castTo(x.dataType());
  }

  @Override
  public INDArray affine(
      INDArray x, INDArray kernel, @Nullable INDArray bias, Activation activation) {
    INDArray z = array(x, x.size(0), kernel.size(1));
    matmul(x, kernel, z, false, false, 0);
    return finish(z, bias, activation);
  }

  @Override
  public void affineGradient(
      INDArray x, INDArray dz, INDArray kernelGradient, @Nullable INDArray biasGradient) {
    matmul(x, dz, kernelGradient, true, false, 1);
    if (biasGradient != null) {
      addColumnSums(dz, biasGradient);
    }
  }

  @Override
  public INDArray affineInputGradient(INDArray dz, INDArray kernel) {
    INDArray dx = array(dz, dz.size(0), kernel.size(0));
    matmul(dz, kernel, dx, false, true, 0);
    return dx;
  }

  @Override
  public INDArray conv2d(
      INDArray x, INDArray kernel, @Nullable INDArray bias, Window window, Activation activation) {
    INDArray z = array(x, outputShape(x, kernel.size(3), window));
    exec("conv2d", convolution(window), new INDArray[] {z}, x, kernel);
    return finish(z, bias, activation);
  }

  @Override
  public @Nullable INDArray conv2dGradient(
      INDArray x,
      INDArray y,
      INDArray dy,
      INDArray kernel,
      Window window,
      Activation activation,
      INDArray kernelGradient,
      @Nullable INDArray biasGradient,
      boolean inputGradient) {
    INDArray dz = activateGradient(activation, y, dy);
    // ND4J's backward operation has no form without dx.
    INDArray dx = array(x, x.shape());
    INDArray dw = array(x, kernel.shape());
    exec("conv2d_bp", convolution(window), new INDArray[] {dx, dw}, x, kernel, dz);
    kernelGradient.addi(dw);
    if (biasGradient != null) {
      addColumnSums(dz.reshape('c', -1, dz.size(3)), biasGradient);
    }
    return inputGradient ? dx : null;
  }

  @Override
  public Pooled pool2d(Pooling pooling, INDArray x, Window window) {
    INDArray y = array(x, outputShape(x, x.size(3), window));
    exec(operation(pooling), pool(window), new INDArray[] {y}, x);
    return new Pooled(y, x);
  }

  @Override
  public INDArray pool2dGradient(
      Pooling pooling, INDArray x, INDArray memory, INDArray dy, Window window) {
    INDArray dx = array(x, x.shape());
    exec(operation(pooling) + "_bp", pool(window), new INDArray[] {dx}, x, dy);
    return dx;
  }

  @Override
  public INDArray activate(Activation activation, INDArray z) {
    return activation == Activation.IDENTITY
        ? z
        : PortableActivations.activate(activation, z, array(z, z.shape()));
  }

  @Override
  public INDArray activateGradient(Activation activation, INDArray saved, INDArray dy) {
    return PortableActivations.gradient(activation, saved, dy);
  }

  @Override
  public INDArray moments(INDArray x) {
    INDArray moments = array(x, 2, x.size(1));
    INDArray mean = moments.getRow(0);
    INDArray variance = moments.getRow(1);
    moments.assign(0);
    addColumnSums(x, mean);
    mean.divi(x.size(0));
    INDArray centred = x.subRowVector(mean);
    addColumnSums(centred.muli(centred), variance);
    variance.divi(x.size(0));
    return moments;
  }

  @Override
  public INDArray normalize(
      INDArray x, INDArray moments, INDArray gamma, INDArray beta, double epsilon) {
    INDArray factor = inverseDeviation(moments, epsilon).muli(gamma);
    INDArray y = x.subRowVector(moments.getRow(0));
    return y.muliRowVector(factor).addiRowVector(beta);
  }

  @Override
  public INDArray normalizeGradient(
      INDArray x,
      INDArray dy,
      INDArray moments,
      INDArray gamma,
      double epsilon,
      INDArray gammaGradient,
      INDArray betaGradient) {
    double positions = x.size(0);
    INDArray inverse = inverseDeviation(moments, epsilon);
    INDArray normalized = x.subRowVector(moments.getRow(0)).muliRowVector(inverse);
    INDArray sums = array(x, 2, x.size(1));
    sums.assign(0);
    INDArray dBeta = sums.getRow(0);
    INDArray dGamma = sums.getRow(1);
    addColumnSums(dy, dBeta);
    addColumnSums(dy.mul(normalized), dGamma);
    betaGradient.addi(dBeta);
    gammaGradient.addi(dGamma);
    // dx = gamma / σ · (dy − mean(dy) − x̂ · mean(dy x̂))
    INDArray dx = dy.subRowVector(dBeta.divi(positions));
    dx.subi(normalized.muliRowVector(dGamma.divi(positions)));
    return dx.muliRowVector(inverse.muli(gamma));
  }

  @Override
  public Recurrence recurrent(Cell cell, INDArray x, @Nullable INDArray initial, boolean remember) {
    return PortableRecurrence.of(cell).forward(x, initial, remember);
  }

  @Override
  public @Nullable INDArray recurrentGradient(
      Cell cell,
      INDArray x,
      @Nullable INDArray initial,
      Recurrence forward,
      INDArray dy,
      Cell gradient,
      @Nullable INDArray initialGradient,
      boolean inputGradient) {
    return PortableRecurrence.of(cell)
        .backward(forward, dy, gradient, initialGradient, inputGradient);
  }

  private static INDArray inverseDeviation(INDArray moments, double epsilon) {
    return Transforms.sqrt(moments.getRow(1).add(epsilon)).rdivi(1);
  }

  private static INDArray finish(INDArray z, @Nullable INDArray bias, Activation activation) {
    if (bias != null) {
      z.reshape('c', -1, bias.length()).addiRowVector(bias);
    }
    return activation == Activation.IDENTITY ? z : PortableActivations.activate(activation, z, z);
  }

  static void addColumnSums(INDArray matrix, INDArray sums) {
    INDArray ones = Nd4j.ones(matrix.dataType(), 1, matrix.size(0));
    matmul(ones, matrix, sums.reshape('c', 1, sums.length()), false, false, 1);
  }

  /** out = a · b + beta · out, with a or b transposed. */
  static void matmul(
      INDArray a, INDArray b, INDArray out, boolean transposeA, boolean transposeB, double beta) {
    Nd4j.exec(
        DynamicCustomOp.builder("matmul")
            .addInputs(a, b)
            .addOutputs(out)
            .addIntegerArguments(transposeA ? 1 : 0, transposeB ? 1 : 0, 0)
            .addFloatingPointArguments(1.0, beta)
            .build());
  }

  static INDArray exec(String operation, int[] arguments, INDArray[] outputs, INDArray... inputs) {
    Nd4j.exec(
        DynamicCustomOp.builder(operation)
            .addInputs(inputs)
            .addOutputs(outputs)
            .addIntegerArguments(arguments)
            .build());
    return outputs[0];
  }

  static INDArray array(INDArray like, long... shape) {
    return Nd4j.createUninitialized(like.dataType(), shape, 'c');
  }

  private static String operation(Pooling pooling) {
    return pooling == Pooling.MAX ? "maxpool2d" : "avgpool2d";
  }

  private static long[] outputShape(INDArray x, long channels, Window window) {
    var image = Shape.of((int) x.size(1), (int) x.size(2), (int) x.size(3));
    var size = window.output(image);
    return new long[] {x.size(0), size.height(), size.width(), channels};
  }

  /** kernel, stride, padding, dilation, same mode, NHWC, weights [height, width, in, out]. */
  private static int[] convolution(Window window) {
    return new int[] {
      window.size().height(),
      window.size().width(),
      window.stride().height(),
      window.stride().width(),
      0,
      0,
      1,
      1,
      window.padding() == Padding.SAME ? 1 : 0,
      1,
      0
    };
  }

  /** kernel, stride, padding, dilation, same mode, divide by the inside alone, NHWC. */
  private static int[] pool(Window window) {
    return new int[] {
      window.size().height(),
      window.size().width(),
      window.stride().height(),
      window.stride().width(),
      0,
      0,
      1,
      1,
      window.padding() == Padding.SAME ? 1 : 0,
      0,
      1
    };
  }
}
