package org.invar.kernel;

import static org.bytedeco.dnnl.global.dnnl.*;

import java.util.Arrays;
import org.bytedeco.dnnl.dnnl_memory_desc_t;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_softmax_desc_t;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The kernels for float32 on a processor: oneDNN's operations, made once for each shape and called
 * directly. What has no operation there, and float64, is computed by {@link PortableKernels}.
 *
 * <p>For one thread; it holds memory outside the heap until it is closed.
 */
public final class NativeKernels implements Kernels {
  private final OneDnn library = new OneDnn();
  private final PortableKernels portable = new PortableKernels();

  /**
   * Makes kernels for one thread.
   *
   * @throws IllegalStateException where the library is not {@link #available()}
   */
  public NativeKernels() {}

  /** Returns whether this platform has the native library. */
  public static boolean available() {
    return OneDnn.available();
  }

  @Override
  public String name() {
    return "native";
  }

  @Override
  public void close() {
    library.close();
  }

  @Override
  public double[] values(INDArray x) {
    if (!takes(x)) {
      return portable.values(x);
    }
    float[] floats = new float[Math.toIntExact(x.length())];
    library.read(library.address(x), floats);
    double[] values = new double[floats.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = floats[i];
    }
    return values;
  }

  @Override
  public INDArray like(INDArray x, double[] values) {
    if (!takes(x)) {
      return portable.like(x, values);
    }
    if (values.length != x.length()) {
      throw new IllegalArgumentException(
          "expected " + x.length() + " values, found " + values.length);
    }
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    INDArray like = array(x.shape());
    library.write(floats, library.address(like));
    return like;
  }

  @Override
  public INDArray affine(
      INDArray x, INDArray kernel, @Nullable INDArray bias, Activation activation) {
    if (!takes(x)) {
      return portable.affine(x, kernel, bias, activation);
    }
    require("kernel", kernel, x.size(1), kernel.size(-1));
    require("bias", bias, kernel.size(1));
    Activation fused = fusible(activation) ? activation : Activation.IDENTITY;
    INDArray y = array(x.size(0), kernel.size(1));
    Primitive product =
        library.product(
            new OneDnn.Product(
                x.size(0), x.size(1), kernel.size(1), kernel.size(1), false, bias != null, fused));
    if (bias == null) {
      product.execute(library.address(x), library.address(kernel), library.address(y));
    } else {
      product.execute(
          library.address(x), library.address(kernel), library.address(y), library.address(bias));
    }
    return fused == activation ? y : activate(activation, y);
  }

  @Override
  public void affineGradient(
      INDArray x, INDArray dz, INDArray kernelGradient, @Nullable INDArray biasGradient) {
    if (!takes(x)) {
      portable.affineGradient(x, dz, kernelGradient, biasGradient);
      return;
    }
    long rows = x.size(0);
    long out = dz.size(1);
    require("gradient", dz, rows, out);
    require("kernel's gradient", kernelGradient, x.size(1), out);
    require("bias's gradient", biasGradient, out);
    long gradient = library.address(dz);
    library.gemm(
        true,
        false,
        x.size(1),
        out,
        rows,
        library.address(x),
        gradient,
        out,
        1,
        library.target(kernelGradient),
        out);
    if (biasGradient != null) {
      library.addColumnSums(rows, out, gradient, library.target(biasGradient));
    }
  }

  @Override
  public INDArray affineInputGradient(INDArray dz, INDArray kernel) {
    if (!takes(dz)) {
      return portable.affineInputGradient(dz, kernel);
    }
    require("kernel", kernel, kernel.size(0), dz.size(1));
    INDArray dx = array(dz.size(0), kernel.size(0));
    library
        .product(
            new OneDnn.Product(
                dz.size(0),
                dz.size(1),
                kernel.size(0),
                dz.size(1),
                true,
                false,
                Activation.IDENTITY))
        .execute(library.address(dz), library.address(kernel), library.address(dx));
    return dx;
  }

  @Override
  public INDArray conv2d(
      INDArray x, INDArray kernel, @Nullable INDArray bias, Window window, Activation activation) {
    if (!takes(x)) {
      return portable.conv2d(x, kernel, bias, window, activation);
    }
    long out = kernel.size(-1);
    require("kernel", kernel, window.size().height(), window.size().width(), x.size(3), out);
    require("bias", bias, out);
    Activation fused = fusible(activation) ? activation : Activation.IDENTITY;
    INDArray y =
        array(
            x.size(0),
            window.outputHeight(x.size(1)),
            window.outputWidth(x.size(2)),
            kernel.size(3));
    new NativeConvolution(library, x, y, window)
        .forward(library.address(kernel), bias == null ? 0 : library.address(bias), fused);
    return fused == activation ? y : activate(activation, y);
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
    if (!takes(x)) {
      return portable.conv2dGradient(
          x, y, dy, kernel, window, activation, kernelGradient, biasGradient, inputGradient);
    }
    long out = kernel.size(-1);
    long[] outputs = {
      x.size(0), window.outputHeight(x.size(1)), window.outputWidth(x.size(2)), out
    };
    require("output", y, outputs);
    require("gradient", dy, outputs);
    require("kernel", kernel, window.size().height(), window.size().width(), x.size(3), out);
    require("kernel's gradient", kernelGradient, kernel.shape());
    require("bias's gradient", biasGradient, out);
    boolean fused = fusible(activation);
    INDArray upstream = fused ? dy : activateGradient(activation, y, dy);
    INDArray dx = inputGradient ? array(x.shape()) : null;
    new NativeConvolution(library, x, upstream, window)
        .backward(
            library.address(y),
            fused ? activation : Activation.IDENTITY,
            library.address(kernel),
            dx == null ? 0 : library.address(dx),
            library.target(kernelGradient),
            biasGradient == null ? 0 : library.target(biasGradient));
    return dx;
  }

  @Override
  public Pooled pool2d(Pooling pooling, INDArray x, Window window) {
    return takes(x)
        ? NativePooling.of(pooling, x, window).forward(library, x)
        : portable.pool2d(pooling, x, window);
  }

  @Override
  public INDArray pool2dGradient(
      Pooling pooling, INDArray x, INDArray memory, INDArray dy, Window window) {
    return takes(x)
        ? NativePooling.of(pooling, x, window).backward(library, x, memory, dy)
        : portable.pool2dGradient(pooling, x, memory, dy, window);
  }

  /** What an element-wise operation or softmax is made for. */
  private record ActivationKey(Activation activation, boolean forward, long rows, long columns) {}

  @Override
  public INDArray activate(Activation activation, INDArray z) {
    if (!takes(z) || activation == Activation.IDENTITY || activation == Activation.SOFTPLUS) {
      return portable.activate(activation, z);
    }
    INDArray y = array(z.shape());
    activation(activation, true, z).execute(library.address(z), library.address(y));
    return y;
  }

  @Override
  public INDArray activateGradient(Activation activation, INDArray saved, INDArray dy) {
    if (!takes(saved) || activation == Activation.IDENTITY || activation == Activation.SOFTPLUS) {
      return portable.activateGradient(activation, saved, dy);
    }
    require("gradient", dy, saved.shape());
    INDArray dz = array(saved.shape());
    activation(activation, false, saved)
        .execute(library.address(saved), library.address(dy), library.address(dz));
    return dz;
  }

  private Primitive activation(Activation activation, boolean forward, INDArray z) {
    long columns = activation == Activation.SOFTMAX ? z.size(-1) : z.length();
    long rows = z.length() / columns;
    return library.prepared(
        new ActivationKey(activation, forward, rows, columns),
        () -> activation(activation, forward, rows, columns));
  }

  private Primitive activation(Activation activation, boolean forward, long rows, long columns) {
    dnnl_memory_desc_t array = OneDnn.dense(rows, columns);
    return activation == Activation.SOFTMAX
        ? softmax(forward, array)
        : Eltwise.of(activation).primitive(library, activation, forward, array);
  }

  private Primitive softmax(boolean forward, dnnl_memory_desc_t array) {
    dnnl_softmax_desc_t operation = new dnnl_softmax_desc_t();
    OneDnn.check(
        dnnl_softmax_forward_desc_init(operation, dnnl_forward_training, array, 1), "softmax");
    dnnl_primitive_desc there = library.require(operation, Activation.IDENTITY, null);
    if (forward) {
      return new Primitive(library, there, DNNL_ARG_SRC, DNNL_ARG_DST);
    }
    dnnl_softmax_desc_t gradient = new dnnl_softmax_desc_t();
    OneDnn.check(dnnl_softmax_backward_desc_init(gradient, array, array, 1), "softmax's gradient");
    dnnl_primitive_desc description = library.require(gradient, Activation.IDENTITY, there);
    dnnl_primitive_desc_destroy(there);
    return new Primitive(library, description, DNNL_ARG_DST, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_SRC);
  }

  @Override
  public INDArray moments(INDArray x) {
    return portable.moments(x);
  }

  @Override
  public INDArray normalize(
      INDArray x, INDArray moments, INDArray gamma, INDArray beta, double epsilon) {
    return portable.normalize(x, moments, gamma, beta, epsilon);
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
    return portable.normalizeGradient(x, dy, moments, gamma, epsilon, gammaGradient, betaGradient);
  }

  @Override
  public Recurrence recurrent(Cell cell, INDArray x, @Nullable INDArray initial, boolean remember) {
    return takes(x)
        ? NativeRecurrence.of(library, cell, x).forward(x, initial, remember)
        : portable.recurrent(cell, x, initial, remember);
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
    return takes(x)
        ? NativeRecurrence.of(library, cell, x)
            .backward(forward, dy, gradient, initialGradient, inputGradient)
        : portable.recurrentGradient(
            cell, x, initial, forward, dy, gradient, initialGradient, inputGradient);
  }

  private static boolean fusible(Activation activation) {
    return activation != Activation.SOFTPLUS
        && activation != Activation.SOFTMAX
        && !activation.needsInput();
  }

  /** Begins an operation, and returns whether it is one for oneDNN: of float32. */
  private boolean takes(INDArray x) {
    library.begin();
    return x.dataType() == DataType.FLOAT;
  }

  /** Addresses know no bounds, so everything that is read or written by one is looked at before. */
  static void require(String name, @Nullable INDArray array, long... shape) {
    if (array != null
        && (array.dataType() != DataType.FLOAT || !Arrays.equals(array.shape(), shape))) {
      throw new IllegalArgumentException(
          "expected %s of FLOAT %s, found %s %s"
              .formatted(
                  name, Arrays.toString(shape), array.dataType(), Arrays.toString(array.shape())));
    }
  }

  static INDArray array(long... shape) {
    return Nd4j.createUninitialized(DataType.FLOAT, shape, 'c');
  }
}
