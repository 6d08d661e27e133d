package org.invar.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import org.bytedeco.dnnl.dnnl_memory_desc_t;
import org.bytedeco.dnnl.dnnl_pooling_desc_t;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.invar.kernel.Activation;
import org.invar.kernel.Kernels.Pooled;
import org.invar.kernel.Kernels.Pooling;
import org.invar.kernel.Window;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Pooling of one shape in oneDNN's operations; the winners of a maximum are remembered.
 *
 * @param rows the batch
 * @param height the input's
 * @param width the input's
 */
record NativePooling(
    Pooling pooling, long rows, long height, long width, long channels, Window window) {
  /** An operation's key. */
  private record Key(NativePooling shape, boolean forward) {}

  static NativePooling of(Pooling pooling, INDArray x, Window window) {
    return new NativePooling(pooling, x.size(0), x.size(1), x.size(2), x.size(3), window);
  }

  Pooled forward(OneDnn library, INDArray x) {
    Primitive primitive =
        library.prepared(
            new Key(this, true),
            () -> {
              var description = library.require(forward(), Activation.IDENTITY);
              return pooling == Pooling.MAX
                  ? new Primitive(
                      library, description, DNNL_ARG_SRC, DNNL_ARG_DST, DNNL_ARG_WORKSPACE)
                  : new Primitive(library, description, DNNL_ARG_SRC, DNNL_ARG_DST);
            });
    INDArray y =
        FloatArrays.create(rows, window.outputHeight(height), window.outputWidth(width), channels);
    if (pooling == Pooling.AVERAGE) {
      primitive.execute(library.address(x), library.address(y));
      return new Pooled(y, x);
    }
    INDArray winners = FloatArrays.create(primitive.floats(DNNL_ARG_WORKSPACE));
    primitive.execute(library.address(x), library.address(y), library.address(winners));
    return new Pooled(y, winners);
  }

  INDArray backward(OneDnn library, INDArray x, INDArray memory, INDArray dy) {
    Primitive primitive = library.prepared(new Key(this, false), () -> backward(library));
    FloatArrays.require(
        "gradient", dy, rows, window.outputHeight(height), window.outputWidth(width), channels);
    INDArray dx = FloatArrays.create(x.shape());
    if (pooling == Pooling.AVERAGE) {
      primitive.execute(library.address(dy), library.address(dx));
    } else {
      primitive.execute(library.address(dy), library.address(dx), library.address(memory));
    }
    return dx;
  }

  private Primitive backward(OneDnn library) {
    dnnl_pooling_desc_t operation = new dnnl_pooling_desc_t();
    OneDnn.check(
        dnnl_pooling_backward_desc_init(
            operation,
            algorithm(),
            input(),
            output(),
            window.strides(),
            sizes(),
            window.paddingBefore(height, width),
            window.paddingAfter(height, width)),
        "pooling's gradient");
    dnnl_primitive_desc description = library.requireGradient(forward(), operation);
    return pooling == Pooling.MAX
        ? new Primitive(
            library, description, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_SRC, DNNL_ARG_WORKSPACE)
        : new Primitive(library, description, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_SRC);
  }

  private dnnl_pooling_desc_t forward() {
    dnnl_pooling_desc_t operation = new dnnl_pooling_desc_t();
    OneDnn.check(
        dnnl_pooling_forward_desc_init(
            operation,
            dnnl_forward_training,
            algorithm(),
            input(),
            output(),
            window.strides(),
            sizes(),
            window.paddingBefore(height, width),
            window.paddingAfter(height, width)),
        "pooling");
    return operation;
  }

  private int algorithm() {
    return pooling == Pooling.MAX ? dnnl_pooling_max : dnnl_pooling_avg_exclude_padding;
  }

  private dnnl_memory_desc_t input() {
    return Formats.tagged(dnnl_nhwc, rows, channels, height, width);
  }

  private dnnl_memory_desc_t output() {
    return Formats.tagged(
        dnnl_nhwc, rows, channels, window.outputHeight(height), window.outputWidth(width));
  }

  private long[] sizes() {
    return new long[] {window.size().height(), window.size().width()};
  }
}
