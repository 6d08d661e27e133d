package org.invar.kernel.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.invar.kernel.Activation;
import org.invar.kernel.Cell;
import org.invar.kernel.Kernels;
import org.invar.kernel.Kernels.Pooling;
import org.invar.kernel.Recurrence;
import org.invar.kernel.Window;
import org.invar.kernel.Window.Padding;
import org.invar.kernel.portable.PortableKernels;
import org.invar.random.CounterRandom;
import org.invar.tensor.Size;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The fastest kernels in float32 against the portable ones in float64, on shapes that take every
 * way through them.
 */
@Tag("kernels")
class NativeKernelsTest {
  private static final double TOLERANCE = 2e-6;

  /** Winograd's transforms add and subtract what is a hundred times as large as the result. */
  private static final double WINOGRAD_TOLERANCE = 3e-5;

  /** Of the 52,528 products of a kernel's gradient. */
  private static final double LONG_SUM_TOLERANCE = 1e-5;

  private static final Size THREE = Size.square(3);
  private static Kernels kernels;

  @BeforeAll
  static void open() {
    kernels = Fastest.kernels();
  }

  @AfterAll
  static void close() {
    kernels.close();
  }

  /** An operation on inputs that a seed makes; its results, one behind another. */
  record Case(String name, double tolerance, BiFunction<Kernels, Inputs, List<INDArray>> run) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** Arrays of normal numbers, the same ones for every data type. */
  static final class Inputs {
    private final DataType type;
    private long stream;

    Inputs(DataType type) {
      this.type = type;
    }

    INDArray normal(long... shape) {
      var random = CounterRandom.of(11, stream++);
      float[] values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextGaussian();
      }
      return Nd4j.create(values, shape, 'c').castTo(type);
    }
  }

  static Stream<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (Activation activation : Activation.values()) {
      cases.add(affine(5, 7, 3, true, activation));
      cases.add(activation(activation, 3, 5, 7));
      if (!activation.needsInput()) {
        cases.add(convolution(2, 6, 5, 3, 4, new Window(THREE, THREE, Padding.SAME), activation));
      }
    }
    cases.add(affine(128, 784, 512, true, Activation.RELU));
    cases.add(affine(1, 65, 1, false, Activation.IDENTITY));
    for (Padding padding : Padding.values()) {
      for (int stride = 1; stride <= 2; stride++) {
        for (Size size : List.of(Size.square(1), new Size(2, 3), THREE, Size.square(5))) {
          Window window = new Window(size, Size.square(stride), padding);
          cases.add(convolution(3, 9, 7, 1, 6, window, Activation.TANH));
          cases.add(convolution(2, 9, 7, 16, 32, window, Activation.IDENTITY));
          for (Pooling pooling : Pooling.values()) {
            cases.add(pooling(pooling, 3, 9, 7, 5, window));
            cases.add(pooling(pooling, 2, 9, 7, 32, window));
          }
        }
      }
      // Rows enough for Winograd's way.
      Window window = new Window(THREE, Size.square(1), padding);
      cases.add(convolution(32, 11, 14, 32, 16, window, Activation.RELU));
      cases.add(convolution(17, 28, 28, 16, 48, window, Activation.IDENTITY));
    }
    // More than one piece, of uneven size.
    Window same = new Window(THREE, Size.square(1), Padding.SAME);
    cases.add(convolution(41, 28, 28, 32, 32, same, Activation.RELU));
    cases.add(convolution(67, 28, 28, 1, 32, same, Activation.RELU));
    // Pieces of 7, 8 and 8 images: the first has too few tiles for Winograd's way.
    cases.add(convolution(23, 16, 16, 16, 288, same, Activation.IDENTITY));
    for (Cell.Kind kind : Cell.Kind.values()) {
      cases.add(recurrence(kind, 3, 4, 5, 6));
      cases.add(recurrence(kind, 17, 9, 28, 32));
    }
    cases.add(pooling(Pooling.MAX, 2, 18, 17, 3, whole(18, 17)));
    cases.add(pooling(Pooling.AVERAGE, 2, 18, 17, 3, whole(18, 17)));
    return cases.stream();
  }

  private static Window whole(int height, int width) {
    Size all = new Size(height, width);
    return new Window(all, all, Padding.VALID);
  }

  private static Case affine(int rows, int in, int out, boolean bias, Activation activation) {
    return new Case(
        "affine %d×%d→%d %s %s".formatted(rows, in, out, bias ? "bias" : "", activation),
        TOLERANCE,
        (kernels, inputs) -> {
          INDArray x = inputs.normal(rows, in);
          INDArray kernel = inputs.normal(in, out).divi(Math.sqrt(in));
          INDArray offsets = bias ? inputs.normal(out) : null;
          INDArray dz = inputs.normal(rows, out);
          INDArray kernelGradient = inputs.normal(in, out);
          INDArray biasGradient = bias ? inputs.normal(out) : null;
          List<INDArray> results = new ArrayList<>();
          if (!activation.needsInput()) {
            results.add(kernels.affine(x, kernel, offsets, activation));
          }
          kernels.affineGradient(x, dz, kernelGradient, biasGradient);
          results.add(kernelGradient);
          if (biasGradient != null) {
            results.add(biasGradient);
          }
          results.add(kernels.affineInputGradient(dz, kernel));
          return results;
        });
  }

  private static Case convolution(
      int rows, int height, int width, int in, int out, Window window, Activation activation) {
    boolean tiled = in % 16 == 0 && out % 16 == 0 && window.size().equals(THREE) && rows > 14;
    return new Case(
        "conv2d %d×%d×%d×%d→%d %s %s".formatted(rows, height, width, in, out, window, activation),
        tiled ? WINOGRAD_TOLERANCE : rows > 64 ? LONG_SUM_TOLERANCE : TOLERANCE,
        (kernels, inputs) -> {
          INDArray x = inputs.normal(rows, height, width, in);
          Size size = window.size();
          double scale = 1 / Math.sqrt(in * size.height() * size.width());
          INDArray kernel = inputs.normal(size.height(), size.width(), in, out).muli(scale);
          INDArray y = kernels.conv2d(x, kernel, inputs.normal(out), window, activation);
          INDArray dz = inputs.normal(y.shape());
          INDArray kernelGradient = inputs.normal(kernel.shape());
          INDArray biasGradient = inputs.normal(out);
          INDArray dx =
              kernels.conv2dGradient(
                  x, y, dz, kernel, window, activation, kernelGradient, biasGradient, true);
          INDArray withoutBias = kernelGradient.dup();
          assertNull(
              kernels.conv2dGradient(
                  x, y, dz, kernel, window, activation, withoutBias, null, false));
          return List.of(y, kernelGradient, biasGradient, dx, withoutBias);
        });
  }

  private static Case pooling(
      Pooling pooling, int rows, int height, int width, int channels, Window window) {
    return new Case(
        "%s pool %d×%d×%d×%d %s".formatted(pooling, rows, height, width, channels, window),
        TOLERANCE,
        (kernels, inputs) -> {
          INDArray x = inputs.normal(rows, height, width, channels);
          var pooled = kernels.pool2d(pooling, x, window);
          INDArray dy = inputs.normal(pooled.output().shape());
          return List.of(
              pooled.output(), kernels.pool2dGradient(pooling, x, pooled.memory(), dy, window));
        });
  }

  private static Case recurrence(Cell.Kind kind, int rows, int time, int features, int units) {
    return new Case(
        "%s %d×%d×%d→%d".formatted(kind, rows, time, features, units),
        TOLERANCE,
        (kernels, inputs) -> {
          INDArray x = inputs.normal(rows, time, features);
          Cell cell = cell(kind, inputs, features, units);
          INDArray initial = inputs.normal(kind.states(), rows, units);
          INDArray dy = inputs.normal(rows, time, units);
          List<INDArray> results = new ArrayList<>();
          for (INDArray start : Arrays.asList(null, initial)) {
            Recurrence pass = kernels.recurrent(cell, x, start, true);
            results.add(pass.outputs());
            Cell gradient = cell(kind, inputs, features, units);
            INDArray first = start == null ? null : inputs.normal(start.shape());
            results.add(
                kernels.recurrentGradient(
                    cell, x, start, pass, dy, gradient, first, first == null));
            results.addAll(List.of(gradient.kernel(), gradient.recurrentKernel(), gradient.bias()));
            results.add(gradient.recurrentBias());
            results.add(first);
          }
          results.add(kernels.recurrent(cell, x, initial, false).outputs());
          results.removeIf(Objects::isNull);
          return results;
        });
  }

  private static Cell cell(Cell.Kind kind, Inputs inputs, int features, int units) {
    int columns = kind.gates() * units;
    return new Cell(
        kind,
        inputs.normal(features, columns).divi(Math.sqrt(features)),
        inputs.normal(units, columns).divi(Math.sqrt(units)),
        inputs.normal(columns),
        kind == Cell.Kind.GRU_RESET_AFTER ? inputs.normal(columns) : null);
  }

  private static Case activation(Activation activation, long... shape) {
    return new Case(
        activation + " of rank " + shape.length,
        TOLERANCE,
        (kernels, inputs) -> {
          INDArray z = inputs.normal(shape).muli(3);
          INDArray y = kernels.activate(activation, z);
          INDArray saved = activation.needsInput() ? z : y;
          return List.of(y, kernels.activateGradient(activation, saved, inputs.normal(shape)));
        });
  }

  @ParameterizedTest
  @MethodSource("cases")
  void resultsAreThoseOfTheReference(Case c) {
    List<INDArray> expected = c.run().apply(new PortableKernels(), new Inputs(DataType.DOUBLE));
    List<INDArray> actual = c.run().apply(kernels, new Inputs(DataType.FLOAT));
    assertEquals(expected.size(), actual.size());
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i).shape(), actual.get(i).shape());
      double[] right = expected.get(i).dup('c').data().asDouble();
      double[] found = actual.get(i).dup('c').data().asDouble();
      double scale = Math.max(1, Arrays.stream(right).map(Math::abs).max().orElseThrow());
      for (int j = 0; j < right.length; j++) {
        assertEquals(right[j], found[j], c.tolerance() * scale, "result " + i + " at " + j);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void bitsAreTheSameOnAnyThreadAfterAnything(Case c) {
    List<INDArray> here = c.run().apply(kernels, new Inputs(DataType.FLOAT));
    List<INDArray> there =
        CompletableFuture.supplyAsync(
                () -> {
                  try (Kernels fresh = Fastest.kernels()) {
                    return c.run().apply(fresh, new Inputs(DataType.FLOAT));
                  }
                })
            .join();
    for (int i = 0; i < here.size(); i++) {
      assertArrayEquals(
          here.get(i).dup('c').data().asFloat(), there.get(i).dup('c').data().asFloat());
    }
  }

  /** More shapes than are kept, twice: the second time all primitives are made anew. */
  @Test
  void bitsAreTheSameWhenPrimitivesAreMadeAnew() {
    assumeTrue(kernels instanceof NativeKernels);
    List<Case> cases = cases().filter(c -> !c.name().contains("28×28")).toList();
    try (Kernels few = new NativeKernels(PrimitiveCache.LEAST)) {
      for (int time = 0; time < 2; time++) {
        for (Case c : cases) {
          List<INDArray> expected = c.run().apply(kernels, new Inputs(DataType.FLOAT));
          List<INDArray> found = c.run().apply(few, new Inputs(DataType.FLOAT));
          for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(
                expected.get(i).dup('c').data().asFloat(),
                found.get(i).dup('c').data().asFloat(),
                c.name());
          }
        }
      }
    }
  }

  @Test
  void viewsAreReadAndWrittenWhereTheyAre() {
    INDArray flat = new Inputs(DataType.FLOAT).normal(100);
    INDArray before = flat.dup();
    INDArray gradient = flat.get(NDArrayIndex.interval(10, 22)).reshape('c', 4, 3);
    INDArray offset = flat.get(NDArrayIndex.interval(25, 28));
    INDArray x = new Inputs(DataType.FLOAT).normal(4, 2).transpose(); // not dense in C order
    INDArray dz = Nd4j.ones(DataType.FLOAT, 2, 3);
    kernels.affineGradient(x, dz, gradient, offset);
    for (int i = 0; i < 100; i++) {
      double added = flat.getDouble(i) - before.getDouble(i);
      double expected =
          i >= 10 && i < 22
              ? x.getColumn((i - 10) / 3).sumNumber().doubleValue()
              : i >= 25 && i < 28 ? 2 : 0;
      assertEquals(expected, added, 1e-6, "at " + i);
    }
  }

  private static float[] floats(INDArray x) {
    return x.data().asFloat();
  }

  @Test
  void scaledBytesHaveTheBitsOfTheReference() {
    for (int length : new int[] {1, 7, 256, 1000, 8192}) {
      byte[] bytes = new byte[length];
      for (int i = 0; i < length; i++) {
        bytes[i] = (byte) (i * 31 + i / 256);
      }
      for (float factor : new float[] {1 / 255f, 1, 1 / 16f, 0.3f, 1e-30f, 7e4f}) {
        INDArray expected = new PortableKernels().scaled(bytes, factor, length, 1);
        assertArrayEquals(floats(expected), floats(kernels.scaled(bytes, factor, length, 1)));
        assertEquals((bytes[length - 1] & 0xFF) * factor, expected.getFloat(length - 1));
      }
    }
    assertThrows(
        IllegalArgumentException.class, () -> kernels.scaled(new byte[6], 1, new long[] {5}));
  }

  @Test
  void arraysThatDoNotFitAreRefused() {
    Inputs floats = new Inputs(DataType.FLOAT);
    INDArray x = floats.normal(4, 2);
    INDArray dz = floats.normal(4, 3);
    refuses("kernel", () -> kernels.affine(x, floats.normal(3, 3), null, Activation.RELU));
    refuses("bias", () -> kernels.affine(x, floats.normal(2, 3), dz, Activation.RELU));
    INDArray doubles = dz.castTo(DataType.DOUBLE);
    refuses("DOUBLE", () -> kernels.affineGradient(x, doubles, floats.normal(2, 3), null));
    refuses("kernel's", () -> kernels.affineGradient(x, dz, floats.normal(3, 3), null));
    INDArray transposed = floats.normal(3, 2).transpose();
    refuses("strides", () -> kernels.affineGradient(x, dz, transposed, null));
    refuses("gradient", () -> kernels.activateGradient(Activation.TANH, x, dz));
    refuses("8 values", () -> kernels.like(x, new double[9]));
    Window window = new Window(Size.square(2), Size.square(2), Padding.VALID);
    INDArray image = floats.normal(1, 4, 4, 3);
    refuses(
        "kernel",
        () -> kernels.conv2d(image, floats.normal(2, 2, 4, 5), null, window, Activation.RELU));
    var pooled = kernels.pool2d(Pooling.MAX, image, window);
    refuses(
        "gradient",
        () -> kernels.pool2dGradient(Pooling.MAX, image, pooled.memory(), image, window));
    Cell cell = cell(Cell.Kind.LSTM, floats, 5, 6);
    refuses("kernel", () -> kernels.recurrent(cell, floats.normal(2, 3, 4), null, false));
  }

  @Test
  void recurrentWeightsAndGradientsThatAreNotDenseAreRefusedByTheirNames() {
    Inputs floats = new Inputs(DataType.FLOAT);
    INDArray x = floats.normal(2, 3, 5);
    Cell cell = cell(Cell.Kind.LSTM, floats, 5, 6);
    Cell gaps = transposed(cell, floats);
    refuses("expected recurrent kernel whose", () -> kernels.recurrent(gaps, x, null, false));
    Recurrence pass = kernels.recurrent(cell, x, null, true);
    refuses(
        "expected recurrent kernel's gradient whose",
        () -> kernels.recurrentGradient(cell, x, null, pass, pass.outputs(), gaps, null, false));
  }

  /** Returns a cell whose recurrent kernel lies in memory column by column. */
  private static Cell transposed(Cell cell, Inputs inputs) {
    INDArray columns = cell.recurrentKernel();
    INDArray kernel = inputs.normal(columns.size(1), columns.size(0)).transpose();
    return new Cell(cell.kind(), cell.kernel(), kernel, cell.bias(), null);
  }

  private static void refuses(String told, Executable call) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    assertTrue(message.contains(told) && message.contains("found"), message);
  }

  @Test
  void whatIsClosedRefusesToCompute() {
    Kernels closed = Fastest.kernels();
    INDArray x = new Inputs(DataType.FLOAT).normal(3, 4);
    closed.activate(Activation.TANH, x);
    closed.close();
    closed.close();
    if (closed instanceof NativeKernels) {
      assertThrows(IllegalStateException.class, () -> closed.activate(Activation.TANH, x));
    }
  }

  @Test
  void thisPlatformHasNativeKernels() {
    // Where a build of the library is named in the POM, its loading must not fail in silence.
    boolean named = System.getProperty("os.arch").equals("amd64");
    assertTrue(!named || kernels.name().equals("native"), kernels.name());
  }
}
