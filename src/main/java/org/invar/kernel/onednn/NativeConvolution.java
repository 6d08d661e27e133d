package org.invar.kernel.onednn;

import org.invar.kernel.Activation;
import org.invar.kernel.Window;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A convolution of a whole batch, piece by piece: as many images at a time as a core's own memory
 * holds beside their outputs.
 *
 * <p>Between the pieces of a gradient the activation's gradient and the copies into oneDNN's
 * formats are read where they have just been written. The number of images in a piece follows from
 * their shape alone.
 */
final class NativeConvolution {
  /** Input and output of the images of a piece, in floats. */
  private static final long MOST_FLOATS = 1 << 20;

  private static final int UPSTREAM = Scratch.FREE + 4;
  private static final int READY_KERNEL = Scratch.FREE + 5;

  /** The kernel's place among the arguments of {@link ConvolutionShape}'s operations. */
  private static final int KERNEL = 1;

  private final OneDnn library;
  private final Window window;
  private final long rows;
  private final long height;
  private final long width;
  private final long in;
  private final long out;
  private final long inputFloats;
  private final long outputFloats;
  private final long input;
  private final long output;
  private final long pieces;

  /** Whose format the kernel was copied into, and where it is. */
  private @Nullable Adapted readyFor;

  private long readyKernel;

  /**
   * Makes the convolution of a batch.
   *
   * @param x [rows, height, width, in]
   * @param y the output, or its gradient [rows, out height, out width, out]
   */
  NativeConvolution(OneDnn library, INDArray x, INDArray y, Window window) {
    this.library = library;
    this.window = window;
    this.rows = x.size(0);
    this.height = x.size(1);
    this.width = x.size(2);
    this.in = x.size(3);
    this.out = y.size(3);
    this.inputFloats = height * width * in;
    this.outputFloats = y.size(1) * y.size(2) * out;
    this.input = library.address(x);
    this.output = library.address(y);
    long most = Math.max(1, Long.highestOneBit(MOST_FLOATS / (inputFloats + outputFloats)));
    this.pieces = (rows + most - 1) / most;
  }

  /**
   * Writes the output.
   *
   * @param bias its address, or 0 for none
   */
  void forward(long kernel, long bias, Activation activation) {
    for (long piece = 0; piece < pieces; piece++) {
      Adapted forward = shape(piece, bias != 0).forward(library, activation);
      long x = input + offset(piece, inputFloats);
      long y = output + offset(piece, outputFloats);
      long ready = ready(forward, kernel);
      if (bias == 0) {
        forward.executeReady(KERNEL, x, ready, y);
      } else {
        forward.executeReady(KERNEL, x, ready, y, bias);
      }
    }
  }

  /** Returns where the kernel is in an operation's format, copied unless it was for the last. */
  private long ready(Adapted operation, long kernel) {
    if (readyFor == null || !operation.agrees(readyFor, KERNEL)) {
      readyKernel = operation.ready(KERNEL, kernel, READY_KERNEL);
    }
    readyFor = operation;
    return readyKernel;
  }

  /**
   * Adds the gradients of kernel and bias and writes that of the input.
   *
   * @param y the address of what the activation gave
   * @param dx where the input's gradient goes, or 0 for nowhere
   * @param biasGradient its address, or 0 for none
   */
  void backward(
      long y, Activation activation, long kernel, long dx, long kernelGradient, long biasGradient) {
    for (long piece = 0; piece < pieces; piece++) {
      ConvolutionShape shape = shape(piece, biasGradient != 0);
      long x = input + offset(piece, inputFloats);
      long dz = output + offset(piece, outputFloats);
      if (activation != Activation.IDENTITY) {
        dz = beforeActivation(activation, y + offset(piece, outputFloats), dz, shape.rows());
      }
      if (biasGradient == 0) {
        shape.kernelGradient(library).execute(x, kernelGradient, dz);
      } else {
        shape.kernelGradient(library).execute(x, kernelGradient, dz, biasGradient);
      }
      if (dx != 0) {
        Adapted inputGradient = shape.inputGradient(library);
        inputGradient.executeReady(
            KERNEL, dx + offset(piece, inputFloats), ready(inputGradient, kernel), dz);
      }
    }
  }

  private long beforeActivation(Activation activation, long y, long dy, long images) {
    long floats = images * outputFloats;
    long dz = library.scratch().at(UPSTREAM, floats);
    NativeActivation.ofVector(activation, floats).gradient(library).execute(y, dy, dz);
    return dz;
  }

  /** The pieces' numbers of images differ by one at most. */
  private long first(long piece) {
    return piece * rows / pieces;
  }

  private long offset(long piece, long floats) {
    return first(piece) * floats * Float.BYTES;
  }

  private ConvolutionShape shape(long piece, boolean bias) {
    return new ConvolutionShape(
        first(piece + 1) - first(piece), height, width, in, out, window, bias);
  }
}
