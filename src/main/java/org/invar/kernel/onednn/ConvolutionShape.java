package org.invar.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_convolution_desc_t;
import org.bytedeco.dnnl.dnnl_memory_desc_t;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.invar.kernel.Activation;
import org.invar.kernel.Window;
import org.invar.kernel.onednn.Adapted.Argument;
import org.invar.kernel.onednn.Adapted.Use;
import org.invar.tensor.Size;
import org.jspecify.annotations.Nullable;

/**
 * A convolution of one shape, as oneDNN's operations.
 *
 * <p>Convolutions of 3×3 with stride 1 between sixteens of channels go by Winograd's minimal
 * filtering F(4×4, 3×3), which takes a quarter of the multiplications, where the processor has it
 * and there are tiles enough to pay for transforming the kernel; which way is taken depends on the
 * shape and the kind of processor alone. Source: Lavin, Gray, Fast Algorithms for Convolutional
 * Neural Networks, CVPR 2016, arXiv:1509.09308. All others go directly.
 *
 * @param rows the batch
 * @param height the input's
 * @param width the input's
 * @param in its channels
 * @param out the output's channels
 * @param bias whether a bias is added
 */
record ConvolutionShape(
    long rows, long height, long width, long in, long out, Window window, boolean bias) {
  private static final int TILE = 4;
  private static final int BLOCK = 16;
  private static final long LEAST_TILES = 128;

  /** An operation's key: the shape and what is done. */
  record Key(ConvolutionShape shape, int operation, Activation activation) {}

  /** Arguments: input, kernel, output, bias. */
  Adapted forward(OneDnn library, Activation activation) {
    return library.prepared(
        new Key(this, DNNL_ARG_DST, activation),
        () ->
            adapted(
                library,
                winograd -> forward(library, activation, winograd),
                Use.READ,
                Use.READ,
                Use.WRITTEN));
  }

  /** Arguments: gradient of the input, kernel, gradient of the output. */
  Adapted inputGradient(OneDnn library) {
    return library.prepared(
        new Key(this, DNNL_ARG_DIFF_SRC, Activation.IDENTITY),
        () ->
            adapted(
                library,
                winograd -> backward(library, winograd, false),
                Use.WRITTEN,
                Use.READ,
                Use.READ));
  }

  /** Arguments: input, gradient of the kernel, gradient of the output, gradient of the bias. */
  Adapted kernelGradient(OneDnn library) {
    return library.prepared(
        new Key(this, DNNL_ARG_DIFF_WEIGHTS, Activation.IDENTITY),
        () ->
            adapted(
                library,
                winograd -> backward(library, winograd, true),
                Use.READ,
                Use.ADDED_TO,
                Use.READ));
  }

  /** Describes an operation by Winograd's way or directly; null where there is no such way. */
  private interface Way {
    @Nullable dnnl_primitive_desc describe(boolean winograd);
  }

  private Adapted adapted(OneDnn library, Way way, Use input, Use kernel, Use output) {
    List<Argument> arguments = arguments(input, kernel, output);
    dnnl_primitive_desc description = way.describe(true);
    if (description == null) {
      description = way.describe(false);
    }
    if (description == null) {
      throw new IllegalStateException("oneDNN has no convolution for " + this);
    }
    return new Adapted(library, description, arguments);
  }

  private List<Argument> arguments(Use input, Use kernel, Use output) {
    boolean kernelGradient = kernel == Use.ADDED_TO;
    List<Argument> arguments = new ArrayList<>();
    arguments.add(
        new Argument(
            input == Use.READ ? DNNL_ARG_SRC : DNNL_ARG_DIFF_SRC, image(in, false), input));
    arguments.add(
        new Argument(
            kernelGradient ? DNNL_ARG_DIFF_WEIGHTS : DNNL_ARG_WEIGHTS, kernel(false), kernel));
    arguments.add(
        new Argument(
            output == Use.WRITTEN ? DNNL_ARG_DST : DNNL_ARG_DIFF_DST, image(out, true), output));
    if (bias && input == Use.READ) {
      arguments.add(
          new Argument(
              kernelGradient ? DNNL_ARG_DIFF_BIAS : DNNL_ARG_BIAS, Formats.dense(out), kernel));
    }
    return arguments;
  }

  private @Nullable dnnl_primitive_desc forward(
      OneDnn library, Activation activation, boolean winograd) {
    if (winograd && !tiled()) {
      return null;
    }
    dnnl_convolution_desc_t operation = new dnnl_convolution_desc_t();
    OneDnn.check(
        dnnl_convolution_forward_desc_init(
            operation,
            dnnl_forward_training,
            algorithm(winograd),
            image(in, false, winograd),
            kernel(true),
            bias ? Formats.dense(out) : null,
            image(out, true, winograd),
            window.strides(),
            window.paddingBefore(height, width),
            window.paddingAfter(height, width)),
        "a convolution");
    return library.describe(operation, activation, null);
  }

  private @Nullable dnnl_primitive_desc backward(
      OneDnn library, boolean winograd, boolean kernelGradient) {
    dnnl_primitive_desc hint = forward(library, Activation.IDENTITY, winograd);
    if (hint == null) {
      return null;
    }
    try {
      return backward(library, winograd, kernelGradient, hint);
    } finally {
      dnnl_primitive_desc_destroy(hint);
    }
  }

  private @Nullable dnnl_primitive_desc backward(
      OneDnn library, boolean winograd, boolean kernelGradient, dnnl_primitive_desc hint) {
    dnnl_convolution_desc_t operation = new dnnl_convolution_desc_t();
    dnnl_memory_desc_t input = image(in, false, winograd);
    dnnl_memory_desc_t output = image(out, true, winograd);
    int status =
        kernelGradient
            ? dnnl_convolution_backward_weights_desc_init(
                operation,
                algorithm(winograd),
                input,
                kernel(true),
                bias ? Formats.dense(out) : null,
                output,
                window.strides(),
                window.paddingBefore(height, width),
                window.paddingAfter(height, width))
            : dnnl_convolution_backward_data_desc_init(
                operation,
                algorithm(winograd),
                input,
                kernel(true),
                output,
                window.strides(),
                window.paddingBefore(height, width),
                window.paddingAfter(height, width));
    OneDnn.check(status, "a convolution's gradient");
    return library.describe(operation, Activation.IDENTITY, hint);
  }

  private static int algorithm(boolean winograd) {
    return winograd ? dnnl_convolution_winograd : dnnl_convolution_direct;
  }

  private boolean tiled() {
    Size size = window.size();
    long tiles = rows * up(height, TILE) * up(width, TILE);
    return size.equals(Size.square(3))
        && window.stride().equals(Size.square(1))
        && in % BLOCK == 0
        && out % BLOCK == 0
        && tiles >= LEAST_TILES;
  }

  private static long up(long value, long unit) {
    return (value + unit - 1) / unit;
  }

  private dnnl_memory_desc_t image(long channels, boolean output) {
    return image(channels, output, false);
  }

  private dnnl_memory_desc_t image(long channels, boolean output, boolean blocked) {
    long h = output ? window.outputHeight(height) : height;
    long w = output ? window.outputWidth(width) : width;
    return Formats.tagged(blocked ? dnnl_nChw16c : dnnl_nhwc, rows, channels, h, w);
  }

  private dnnl_memory_desc_t kernel(boolean chosenByLibrary) {
    Size size = window.size();
    return Formats.tagged(
        chosenByLibrary ? dnnl_format_tag_any : dnnl_hwio, out, in, size.height(), size.width());
  }
}
