package org.invar.jmh;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.invar.kernel.Activation;
import org.invar.kernel.Cell;
import org.invar.kernel.Kernels;
import org.invar.kernel.PassMemory;
import org.invar.kernel.Recurrence;
import org.invar.kernel.Window;
import org.invar.kernel.onednn.Fastest;
import org.invar.kernel.portable.PortableKernels;
import org.invar.tensor.Size;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a kernel takes on one thread, for shapes of the networks that are measured, 128 rows each:
 * in a workspace that is used again and again, as in training.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class KernelBenchmark {
  private static final int ROWS = 128;

  /** Who computes. */
  @Param("portable")
  public String implementation = "";

  private @Nullable Kernels chosen;
  private @Nullable MemoryWorkspace workspace;

  /** Makes the kernels. */
  @Setup(Level.Trial)
  public void start() {
    chosen = Fastest.named(implementation);
  }

  /** Enters the workspace. */
  @Setup(Level.Invocation)
  public void enter() {
    workspace = PassMemory.open();
  }

  /** Leaves the workspace. */
  @TearDown(Level.Invocation)
  public void leave() {
    if (workspace != null) {
      workspace.close();
    }
  }

  private Kernels kernels() {
    if (chosen == null) {
      throw new IllegalStateException("not started");
    }
    return chosen;
  }

  /** A dense layer: in and out are its features. */
  @State(Scope.Thread)
  public static class Dense {
    /** In and out. */
    @Param({"784,512", "512,256", "256,10"})
    public String features = "";

    private INDArray x = Nd4j.empty();
    private INDArray kernel = Nd4j.empty();
    private INDArray bias = Nd4j.empty();
    private INDArray dz = Nd4j.empty();
    private INDArray kernelGradient = Nd4j.empty();
    private INDArray biasGradient = Nd4j.empty();

    /** Makes the arrays. */
    @Setup(Level.Trial)
    public void make() {
      long[] ends = longs(features);
      x = normal(ROWS, ends[0]);
      kernel = normal(ends[0], ends[1]);
      bias = normal(ends[1]);
      dz = normal(ROWS, ends[1]);
      kernelGradient = Nd4j.zeros(DataType.FLOAT, ends[0], ends[1]);
      biasGradient = Nd4j.zeros(DataType.FLOAT, ends[1]);
    }
  }

  /** A convolution with stride 1 and padding same. */
  @State(Scope.Thread)
  public static class Convolution {
    /** Height and width of the picture, of the window, channels in and out. */
    @Param({"28,3,1,32", "28,3,32,32", "14,3,32,64", "14,3,64,64", "28,5,1,6", "14,5,6,16"})
    public String geometry = "";

    private Window window = same(1);
    private INDArray y = Nd4j.empty();
    private INDArray x = Nd4j.empty();
    private INDArray kernel = Nd4j.empty();
    private INDArray bias = Nd4j.empty();
    private INDArray dz = Nd4j.empty();
    private INDArray kernelGradient = Nd4j.empty();
    private INDArray biasGradient = Nd4j.empty();
    private boolean first;

    /** Makes the arrays. */
    @Setup(Level.Trial)
    public void make() {
      long[] sizes = longs(geometry);
      x = normal(ROWS, sizes[0], sizes[0], sizes[2]);
      kernel = normal(sizes[1], sizes[1], sizes[2], sizes[3]);
      bias = normal(sizes[3]);
      dz = normal(ROWS, sizes[0], sizes[0], sizes[3]);
      kernelGradient = Nd4j.zeros(DataType.FLOAT, kernel.shape());
      biasGradient = Nd4j.zeros(DataType.FLOAT, sizes[3]);
      window = same((int) sizes[1]);
      first = sizes[2] == 1;
      y = new PortableKernels().conv2d(x, kernel, bias, window, Activation.RELU);
    }

    private static Window same(int side) {
      return new Window(Size.square(side), Size.square(1), Window.Padding.SAME);
    }
  }

  /** A picture of which every 2×2 square is reduced. */
  @State(Scope.Thread)
  public static class Pool {
    /** Height and width of the picture, and channels. */
    @Param({"28,32", "14,64", "28,6"})
    public String picture = "";

    private final Window window = new Window(Size.square(2), Size.square(2), Window.Padding.VALID);
    private INDArray x = Nd4j.empty();
    private INDArray dy = Nd4j.empty();
    private @Nullable INDArray memory;

    /** Makes the arrays. */
    @Setup(Level.Trial)
    public void make() {
      long[] sizes = longs(picture);
      x = normal(ROWS, sizes[0], sizes[0], sizes[1]);
      dy = normal(ROWS, sizes[0] / 2, sizes[0] / 2, sizes[1]);
    }
  }

  /** As many values as the cnn's first layer puts out, an eighth of them. */
  @State(Scope.Thread)
  public static class Values {
    /** The function. */
    @Param({"RELU", "TANH", "SIGMOID"})
    public Activation activation = Activation.RELU;

    private INDArray z = Nd4j.empty();
    private INDArray y = Nd4j.empty();
    private INDArray dy = Nd4j.empty();

    /** Makes the arrays. */
    @Setup(Level.Trial)
    public void make() {
      z = normal(ROWS, 28 * 28 * 4);
      dy = normal(ROWS, 28 * 28 * 4);
      y = new PortableKernels().activate(activation, z);
    }
  }

  /** Sequences of 28 steps of 28 features, through 128 units. */
  @State(Scope.Thread)
  public static class Sequences {
    private static final int STEPS = 28;
    private static final int FEATURES = 28;
    private static final int UNITS = 128;

    /** The formula. */
    @Param({"LSTM", "GRU_RESET_AFTER"})
    public Cell.Kind kind = Cell.Kind.LSTM;

    private INDArray x = Nd4j.empty();
    private INDArray dy = Nd4j.empty();
    private @Nullable Cell cell;
    private @Nullable Cell gradient;
    private @Nullable Recurrence forward;

    /** Makes the arrays. */
    @Setup(Level.Trial)
    public void make() {
      x = normal(ROWS, STEPS, FEATURES);
      dy = normal(ROWS, STEPS, UNITS);
      cell = cell(0.1);
      gradient = cell(0);
    }

    private Cell cell(double scale) {
      long columns = (long) kind.gates() * UNITS;
      return new Cell(
          kind,
          normal(FEATURES, columns).mul(scale),
          normal(UNITS, columns).mul(scale),
          normal(columns).mul(scale),
          kind == Cell.Kind.GRU_RESET_AFTER ? normal(columns).mul(scale) : null);
    }

    private Recurrence forward(Kernels kernels, boolean remember) {
      return kernels.recurrent(Objects.requireNonNull(cell), x, null, remember);
    }

    /** What a pass remembered; each implementation has its own. */
    private Recurrence remembered(Kernels kernels) {
      if (forward == null) {
        Recurrence made = forward(kernels, true);
        forward =
            new Recurrence(
                made.outputs().detach(), made.saved().stream().map(INDArray::detach).toList());
      }
      return forward;
    }
  }

  private static long[] longs(String text) {
    String[] parts = text.split(",", -1);
    long[] values = new long[parts.length];
    for (int i = 0; i < parts.length; i++) {
      values[i] = Long.parseLong(parts[i]);
    }
    return values;
  }

  private static INDArray normal(long... shape) {
    return Nd4j.randn(DataType.FLOAT, shape);
  }

  /** relu(x · kernel + bias). */
  @Benchmark
  public Object affine(Dense dense) {
    return kernels().affine(dense.x, dense.kernel, dense.bias, Activation.RELU);
  }

  /** Kernel's and bias's gradient. */
  @Benchmark
  public Object affineGradient(Dense dense) {
    kernels().affineGradient(dense.x, dense.dz, dense.kernelGradient, dense.biasGradient);
    return dense.kernelGradient;
  }

  /** The input's gradient. */
  @Benchmark
  public Object affineInputGradient(Dense dense) {
    return kernels().affineInputGradient(dense.dz, dense.kernel);
  }

  /** relu(x ∗ kernel + bias). */
  @Benchmark
  public Object conv2d(Convolution conv) {
    return kernels().conv2d(conv.x, conv.kernel, conv.bias, conv.window, Activation.RELU);
  }

  /** All gradients; of a first layer, which has one channel, without the input's. */
  @Benchmark
  public @Nullable Object conv2dGradient(Convolution conv) {
    return kernels()
        .conv2dGradient(
            conv.x,
            conv.y,
            conv.dz,
            conv.kernel,
            conv.window,
            Activation.RELU,
            conv.kernelGradient,
            conv.biasGradient,
            !conv.first);
  }

  /** The largest of each window. */
  @Benchmark
  public Object pool2d(Pool pool) {
    return kernels().pool2d(Kernels.Pooling.MAX, pool.x, pool.window);
  }

  /** The gradient of the largest. */
  @Benchmark
  public Object pool2dGradient(Pool pool) {
    INDArray memory = pool.memory;
    if (memory == null) { // Each implementation has its own.
      memory = kernels().pool2d(Kernels.Pooling.MAX, pool.x, pool.window).memory().detach();
      pool.memory = memory;
    }
    return kernels().pool2dGradient(Kernels.Pooling.MAX, pool.x, memory, pool.dy, pool.window);
  }

  /** The function. */
  @Benchmark
  public Object activate(Values values) {
    return kernels().activate(values.activation, values.z);
  }

  /** Its derivative. */
  @Benchmark
  public Object activateGradient(Values values) {
    return kernels().activateGradient(values.activation, values.y, values.dy);
  }

  /** All steps, remembered for the gradient. */
  @Benchmark
  public Object recurrent(Sequences sequences) {
    return sequences.forward(kernels(), true);
  }

  /** Back through all steps; of a first layer, so without the input's gradient. */
  @Benchmark
  public Object recurrentGradient(Sequences sequences) {
    Cell gradient = Objects.requireNonNull(sequences.gradient);
    kernels()
        .recurrentGradient(
            Objects.requireNonNull(sequences.cell),
            sequences.x,
            null,
            sequences.remembered(kernels()),
            sequences.dy,
            gradient,
            null,
            false);
    return gradient;
  }
}
