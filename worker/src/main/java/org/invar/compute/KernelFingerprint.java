package org.invar.compute;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.commons.codec.digest.MurmurHash3;
import org.invar.kernel.Activation;
import org.invar.kernel.Cell;
import org.invar.kernel.Kernels;
import org.invar.kernel.Recurrence;
import org.invar.kernel.Window;
import org.invar.kernel.onednn.Fastest;
import org.invar.random.CounterRandom;
import org.invar.tensor.Size;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * What decides the last bit of a kernel's result in a process: libraries, the instructions that
 * they chose, and threads.
 *
 * <p>Libraries pick their code by the processor and do not always say which, so the fingerprint
 * holds a hash of what the kernels make of fixed inputs, beside the versions that help a person.
 *
 * @param kernels which implementation computes
 * @param library the instruction level of the native build that ND4J loaded
 * @param threads OMP_NUM_THREADS as the process was started with, or {@code unset}
 * @param probe a hash of products, convolutions, recurrences and elementary functions of fixed
 *     inputs
 */
public record KernelFingerprint(String kernels, String library, String threads, String probe)
    implements Serializable {
  private static final String ONE_THREAD = "1";

  /** Computed once a process, when it is first asked for. */
  private static final class Current {
    static final KernelFingerprint VALUE = compute();
  }

  /** Returns the fingerprint of this process. */
  public static KernelFingerprint current() {
    return Current.VALUE;
  }

  private static KernelFingerprint compute() {
    // First: it loads ND4J's backend, which the native operations below belong to.
    String probe;
    String name;
    try (Kernels kernels = Fastest.kernels()) {
      probe = probe(kernels);
      name = kernels.name();
    }
    @Nullable String threads = System.getenv("OMP_NUM_THREADS");
    return new KernelFingerprint(
        name,
        "ND4J, "
            + System.getProperty("os.arch")
            + " level "
            + NativeOpsHolder.getInstance().getDeviceNativeOps().binaryLevel(),
        threads == null ? "unset" : threads,
        probe);
  }

  /** Returns whether sums have one order: kernels run on one thread. */
  public boolean pinned() {
    return threads.equals(ONE_THREAD);
  }

  /**
   * Returns why another fingerprint differs from this one, as far as they tell, and what to do: the
   * remedy of an error message.
   */
  public String remedy(KernelFingerprint other) {
    if (!kernels.equals(other.kernels)) {
      return ("One side computes with %s kernels, the other with %s ones: where the native library"
              + " cannot be loaded, the log of the worker says why. Put it on all machines, or"
              + " choose portable ones for all: -D%3$s=portable for the driver and --conf"
              + " spark.executor.extraJavaOptions=-D%3$s=portable for the executors.")
          .formatted(kernels, other.kernels, Fastest.PROPERTY);
    }
    if (!threads.equals(other.threads)) {
      return "OMP_NUM_THREADS is %s on one side, %s on the other: set it to 1 everywhere."
          .formatted(threads, other.threads);
    }
    if (!library.equals(other.library)) {
      return "The native build is %s on one side, %s on the other: take the same job jar and native libraries everywhere%s."
          .formatted(
              library, other.library, probe.equals(other.probe) ? "" : ", on machines of one kind");
    }
    return "Use machines of one kind with the same settings.";
  }

  @Override
  public String toString() {
    return "%s kernels (%s, OMP_NUM_THREADS %s, probe %s)"
        .formatted(kernels, library, threads, probe);
  }

  private static String probe(Kernels kernels) {
    INDArray wide = normal(1, 37, 211);
    List<INDArray> results = new ArrayList<>();
    results.add(kernels.affine(wide, normal(2, 211, 96), normal(3, 96), Activation.TANH));
    // By Winograd's way where there is one, and directly.
    results.addAll(convolution(kernels, 16, 16));
    results.addAll(convolution(kernels, 3, 8));
    results.addAll(recurrence(kernels));
    results.add(elementary(wide));
    long high = 0;
    long low = 0;
    for (INDArray result : results) {
      double[] values = result.dup('c').data().asDouble();
      ByteBuffer bytes = ByteBuffer.allocate(Double.BYTES * values.length);
      bytes.asDoubleBuffer().put(values);
      long[] hash = MurmurHash3.hash128x64(bytes.array());
      high = 31 * high + hash[0];
      low = 31 * low + hash[1];
    }
    return "%016x%016x".formatted(high, low);
  }

  private static List<INDArray> convolution(Kernels kernels, int rows, int channels) {
    INDArray x = normal(4, rows, 13, 11, channels);
    INDArray kernel = normal(5, 3, 3, channels, 16);
    Window window = new Window(Size.square(3), Size.square(1), Window.Padding.SAME);
    INDArray y = kernels.conv2d(x, kernel, normal(6, 16), window, Activation.SIGMOID);
    INDArray dKernel = Nd4j.zeros(DataType.FLOAT, 3, 3, channels, 16);
    INDArray dBias = Nd4j.zeros(DataType.FLOAT, 16);
    INDArray dy = normal(7, rows, 13, 11, 16);
    INDArray dx =
        kernels.conv2dGradient(x, y, dy, kernel, window, Activation.SIGMOID, dKernel, dBias, true);
    return List.of(y, dKernel, dBias, Objects.requireNonNull(dx));
  }

  private static List<INDArray> recurrence(Kernels kernels) {
    var cell =
        new Cell(Cell.Kind.LSTM, normal(8, 28, 128), normal(9, 32, 128), normal(10, 128), null);
    INDArray x = normal(11, 17, 5, 28);
    Recurrence pass = kernels.recurrent(cell, x, null, true);
    var gradient =
        new Cell(
            Cell.Kind.LSTM,
            Nd4j.zeros(DataType.FLOAT, 28, 128),
            Nd4j.zeros(DataType.FLOAT, 32, 128),
            Nd4j.zeros(DataType.FLOAT, 128),
            null);
    INDArray dy = normal(12, 17, 5, 32);
    kernels.recurrentGradient(cell, x, null, pass, dy, gradient, null, false);
    return List.of(pass.outputs(), gradient.kernel(), gradient.recurrentKernel(), gradient.bias());
  }

  /** What losses take from the JVM, which may have it from the processor. */
  private static INDArray elementary(INDArray inputs) {
    float[] values = inputs.dup('c').data().asFloat();
    double[] results = new double[3 * values.length];
    for (int i = 0; i < values.length; i++) {
      results[3 * i] = Math.exp(values[i]);
      results[3 * i + 1] = Math.log(Math.abs(values[i]) + 1e-9);
      results[3 * i + 2] = Math.log1p(Math.abs(values[i]));
    }
    return Nd4j.createFromArray(results);
  }

  private static INDArray normal(long stream, long... shape) {
    CounterRandom random = CounterRandom.of(0, stream);
    float[] values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Nd4j.create(values, shape, 'c');
  }
}
