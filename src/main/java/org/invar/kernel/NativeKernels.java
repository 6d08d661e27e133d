package org.invar.kernel;

import static org.bytedeco.dnnl.global.dnnl.*;

import java.lang.ref.Cleaner;
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
  /** Frees what nobody closed: a run that was softly referred to, a task that was killed. */
  private static final Cleaner CLEANER = Cleaner.create();

  private final OneDnn library = new OneDnn();
  private final Cleaner.Cleanable cleanable = CLEANER.register(this, library::close);
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
    cleanable.clean();
  }

  @Override
  public double[] values(INDArray x) {
    if (!floats(x)) {
      return portable.values(x);
    }
    float[] floats = new float[Math.toIntExact(x.length())];
    library.read(address(x), floats);
    double[] values = new double[floats.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = floats[i];
    }
    return values;
  }

  @Override
  public INDArray like(INDArray x, double[] values) {
    if (!floats(x)) {
      return portable.like(x, values);
    }
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    INDArray like = array(x.shape());
    library.write(floats, address(like));
    return like;
  }

  @Override
  public INDArray affine(
      INDArray x, INDArray kernel, @Nullable INDArray bias, Activation activation) {
    if (!floats(x)) {
      return portable.affine(x, kernel, bias, activation);
    }
    Activation fused = fusible(activation) ? activation : Activation.IDENTITY;
    INDArray y = array(x.size(0), kernel.size(1));
    Primitive product =
        library.product(
            new OneDnn.Product(
                x.size(0), x.size(1), kernel.size(1), kernel.size(1), false, bias != null, fused));
    if (bias == null) {
      product.execute(address(x), address(kernel), address(y));
    } else {
      product.execute(address(x), address(kernel), address(y), address(bias));
    }
    return fused == activation ? y : activate(activation, y);
  }

  @Override
  public void affineGradient(
      INDArray x, INDArray dz, INDArray kernelGradient, @Nullable INDArray biasGradient) {
    if (!floats(x)) {
      portable.affineGradient(x, dz, kernelGradient, biasGradient);
      return;
    }
    long rows = x.size(0);
    long out = dz.size(1);
    long gradient = address(dz);
    library.gemm(
        true,
        false,
        x.size(1),
        out,
        rows,
        address(x),
        gradient,
        out,
        1,
        address(kernelGradient),
        out);
    if (biasGradient != null) {
      library.addColumnSums(rows, out, gradient, target(biasGradient));
    }
  }

  @Override
  public INDArray affineInputGradient(INDArray dz, INDArray kernel) {
    if (!floats(dz)) {
      return portable.affineInputGradient(dz, kernel);
    }
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
        .execute(address(dz), address(kernel), address(dx));
    return dx;
  }

  @Override
  public INDArray conv2d(
      INDArray x, INDArray kernel, @Nullable INDArray bias, Window window, Activation activation) {
    if (!floats(x)) {
      return portable.conv2d(x, kernel, bias, window, activation);
    }
    Activation fused = fusible(activation) ? activation : Activation.IDENTITY;
    INDArray y =
        array(
            x.size(0),
            window.outputHeight(x.size(1)),
            window.outputWidth(x.size(2)),
            kernel.size(3));
    new NativeConvolution(library, x, y, window)
        .forward(address(kernel), bias == null ? 0 : address(bias), fused);
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
    if (!floats(x)) {
      return portable.conv2dGradient(
          x, y, dy, kernel, window, activation, kernelGradient, biasGradient, inputGradient);
    }
    boolean fused = fusible(activation);
    INDArray upstream = fused ? dy : activateGradient(activation, y, dy);
    INDArray dx = inputGradient ? array(x.shape()) : null;
    new NativeConvolution(library, x, upstream, window)
        .backward(
            address(y),
            fused ? activation : Activation.IDENTITY,
            address(kernel),
            dx == null ? 0 : address(dx),
            target(kernelGradient),
            biasGradient == null ? 0 : target(biasGradient));
    return dx;
  }

  @Override
  public Pooled pool2d(Pooling pooling, INDArray x, Window window) {
    return floats(x)
        ? NativePooling.of(pooling, x, window).forward(library, x)
        : portable.pool2d(pooling, x, window);
  }

  @Override
  public INDArray pool2dGradient(
      Pooling pooling, INDArray x, INDArray memory, INDArray dy, Window window) {
    return floats(x)
        ? NativePooling.of(pooling, x, window).backward(library, x, memory, dy)
        : portable.pool2dGradient(pooling, x, memory, dy, window);
  }

  /** What an element-wise operation or softmax is made for. */
  private record ActivationKey(Activation activation, boolean forward, long rows, long columns) {}

  @Override
  public INDArray activate(Activation activation, INDArray z) {
    if (!floats(z) || activation == Activation.IDENTITY || activation == Activation.SOFTPLUS) {
      return portable.activate(activation, z);
    }
    INDArray y = array(z.shape());
    activation(activation, true, z).execute(address(z), address(y));
    return y;
  }

  @Override
  public INDArray activateGradient(Activation activation, INDArray saved, INDArray dy) {
    if (!floats(saved) || activation == Activation.IDENTITY || activation == Activation.SOFTPLUS) {
      return portable.activateGradient(activation, saved, dy);
    }
    INDArray dz = array(saved.shape());
    activation(activation, false, saved).execute(address(saved), address(dy), address(dz));
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
    return floats(x)
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
    return floats(x)
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

  private static boolean floats(INDArray x) {
    return x.dataType() == DataType.FLOAT;
  }

  /** Returns whether the values stand in row-major order without gaps. */
  private static boolean dense(INDArray x) {
    long stride = 1;
    for (int axis = x.rank() - 1; axis >= 0; axis--) {
      if (x.size(axis) != 1 && x.stride(axis) != stride) {
        return false;
      }
      stride *= x.size(axis);
    }
    return true;
  }

  /**
   * Returns where the values of an array begin that a result is written into.
   *
   * @throws IllegalArgumentException unless it is dense
   */
  static long target(INDArray x) {
    if (!dense(x)) {
      throw new IllegalArgumentException(
          "a gradient of strides that are not dense: " + x.shapeInfoToString());
    }
    return address(x);
  }

  static INDArray array(long... shape) {
    return Nd4j.createUninitialized(DataType.FLOAT, shape, 'c');
  }

  /** Returns where the values of a dense array begin, or those of a dense copy in the workspace. */
  static long address(INDArray x) {
    INDArray plain = dense(x) ? x : x.dup('c');
    return plain.data().address() + plain.offset() * Float.BYTES;
  }
}
