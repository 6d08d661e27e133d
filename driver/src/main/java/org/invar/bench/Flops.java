package org.invar.bench;

import java.util.List;
import org.invar.nn.Layer;
import org.invar.nn.Network;
import org.invar.tensor.Layout;
import org.invar.tensor.Shape;
import org.invar.tensor.Type;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

/** Floating-point operations: how many a network needs, and how many a core can do. */
final class Flops {
  private static final int SIDE = 1024;
  private static final int SIDE_OF_LARGE = 2048;
  private static final int TIMES = 12;

  private Flops() {}

  /**
   * Returns what a sample takes forward and backward: an addition and a multiplication for every
   * use of a kernel's value, three times, but twice where nobody needs the gradient of the input.
   * Biases, activations, pooling, the loss and the optimizer are not counted.
   */
  static double ofSample(Network network) {
    double sum = 0;
    boolean first = true;
    Type type = network.input();
    for (Layer layer : network.layers()) {
      Type output = layer.output(type);
      List<Layout.Spec> kernels =
          layer.parameters(type).stream().filter(spec -> spec.shape().rank() > 1).toList();
      for (Layout.Spec kernel : kernels) {
        boolean recurrent = kernel.name().equals("recurrentKernel");
        double uses = (double) kernel.shape().size() * positions(layer, type, output);
        sum += 2 * uses * (first && !recurrent ? 2 : 3);
      }
      first &= kernels.isEmpty();
      type = output;
    }
    return sum;
  }

  /** How often a kernel is used for a sample: at every place of the picture or of the time. */
  private static int positions(Layer layer, Type input, Type output) {
    Shape made = output.shape();
    return switch (layer.kind()) {
      case "dense" -> input.sequence() ? input.shape().get(0) : 1;
      case "conv2d" -> made.get(0) * made.get(1);
      case "conv1d" -> made.get(0);
      case "simpleRnn", "lstm", "gru" -> input.shape().get(0);
      default ->
          throw new IllegalArgumentException(
              "operations of " + layer.kind() + " are not known; write them here");
    };
  }

  /**
   * Returns the best rate of a matrix product on the calling thread, in operations a second: what a
   * core can do at best.
   */
  static double peak() {
    return Math.max(rate(SIDE), rate(SIDE_OF_LARGE));
  }

  private static double rate(int side) {
    try (INDArray a = Nd4j.rand(DataType.FLOAT, side, side);
        INDArray b = Nd4j.rand(DataType.FLOAT, side, side);
        INDArray c = Nd4j.create(DataType.FLOAT, side, side)) {
      DynamicCustomOp product =
          DynamicCustomOp.builder("matmul").addInputs(a, b).addOutputs(c).build();
      double best = 0;
      for (int i = 0; i < TIMES; i++) {
        long start = System.nanoTime();
        Nd4j.exec(product);
        best = Math.max(best, 2.0 * side * side * side / (System.nanoTime() - start) * 1e9);
      }
      return best;
    }
  }
}
