package org.invar.kernel.onednn;

import static org.invar.kernel.onednn.FloatArrays.require;
import static org.invar.kernel.onednn.FloatArrays.requireLength;

import org.invar.kernel.Activation;
import org.invar.kernel.Cell;
import org.invar.kernel.Kernels;
import org.invar.kernel.Recurrence;
import org.invar.kernel.Window;
import org.invar.kernel.onednn.MatrixProducts.Product;
import org.invar.kernel.portable.PortableKernels;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The kernels for float32 on a processor: oneDNN's operations, made once for each shape and called
 * directly. Batch normalization, softplus, and float64 are computed by {@link PortableKernels}.
 *
 * <p>For one thread; it holds memory outside the heap until it is closed.
 */
public final class NativeKernels implements Kernels {
  private final OneDnn library;
  private final MatrixProducts products;
  private final PortableKernels portable = new PortableKernels();

  /**
   * Makes kernels for one thread.
   *
   * @throws IllegalStateException where the library is not {@link #available()}
   */
  public NativeKernels() {
    this(PrimitiveCache.MOST);
  }

  /**
   * Makes kernels that keep fewer primitives.
   *
   * @param mostPrimitives at least {@link PrimitiveCache#LEAST}
   */
  NativeKernels(int mostPrimitives) {
    this.library = new OneDnn(mostPrimitives);
    this.products = library.products();
  }

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
  public INDArray scaled(byte[] bytes, float factor, long... shape) {
    library.begin();
    INDArray floats = FloatArrays.create(shape);
    requireLength(bytes.length, floats);
    long copy = library.scratch().at(Scratch.FREE, bytes.length / Float.BYTES + 1);
    library.write(bytes, copy);
    Reorders.scaled(library, bytes.length, factor).execute(copy, library.address(floats));
    return floats;
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
    requireLength(values.length, x);
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    INDArray like = FloatArrays.create(x.shape());
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
    INDArray y = FloatArrays.create(x.size(0), kernel.size(1));
    Primitive product =
        products.compiled(Product.plain(x.size(0), x.size(1), kernel.size(1), bias != null, fused));
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
    products.gemm(
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
      products.addColumnSums(rows, out, gradient, library.target(biasGradient));
    }
  }

  @Override
  public INDArray affineInputGradient(INDArray dz, INDArray kernel) {
    if (!takes(dz)) {
      return portable.affineInputGradient(dz, kernel);
    }
    require("kernel", kernel, kernel.size(0), dz.size(1));
    INDArray dx = FloatArrays.create(dz.size(0), kernel.size(0));
    products
        .compiled(Product.transposed(dz.size(0), dz.size(1), kernel.size(0)))
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
    INDArray y = FloatArrays.create(outputs(x, window, out));
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
    long[] outputs = outputs(x, window, out);
    require("output", y, outputs);
    require("gradient", dy, outputs);
    require("kernel", kernel, window.size().height(), window.size().width(), x.size(3), out);
    require("kernel's gradient", kernelGradient, kernel.shape());
    require("bias's gradient", biasGradient, out);
    boolean fused = fusible(activation);
    INDArray upstream = fused ? dy : activateGradient(activation, y, dy);
    INDArray dx = inputGradient ? FloatArrays.create(x.shape()) : null;
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

  private static long[] outputs(INDArray x, Window window, long channels) {
    return new long[] {
      x.size(0), window.outputHeight(x.size(1)), window.outputWidth(x.size(2)), channels
    };
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

  @Override
  public INDArray activate(Activation activation, INDArray z) {
    if (!takes(z) || !isNative(activation)) {
      return portable.activate(activation, z);
    }
    INDArray y = FloatArrays.create(z.shape());
    activation(activation, z).forward(library).execute(library.address(z), library.address(y));
    return y;
  }

  @Override
  public INDArray activateGradient(Activation activation, INDArray saved, INDArray dy) {
    if (!takes(saved) || !isNative(activation)) {
      return portable.activateGradient(activation, saved, dy);
    }
    require("gradient", dy, saved.shape());
    INDArray dz = FloatArrays.create(saved.shape());
    activation(activation, saved)
        .gradient(library)
        .execute(library.address(saved), library.address(dy), library.address(dz));
    return dz;
  }

  private static NativeActivation activation(Activation activation, INDArray z) {
    return activation == Activation.SOFTMAX
        ? new NativeActivation(activation, z.length() / z.size(-1), z.size(-1))
        : NativeActivation.ofVector(activation, z.length());
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
    return activation == Activation.IDENTITY
        || (Eltwise.has(activation) && !activation.needsInput());
  }

  private static boolean isNative(Activation activation) {
    return activation == Activation.SOFTMAX || Eltwise.has(activation);
  }

  /** Begins an operation, and returns whether it is one for oneDNN: of float32. */
  private boolean takes(INDArray x) {
    library.begin();
    return x.dataType() == DataType.FLOAT;
  }
}
