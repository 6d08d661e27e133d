package org.invar.worker;

import org.bytedeco.javacpp.FloatPointer;
import org.invar.kernel.Kernels;
import org.invar.nn.Network;
import org.invar.nn.Tape;
import org.invar.param.Layout;
import org.invar.param.Parameters;
import org.invar.param.Weights;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A network with weights, for prediction. Not safe for use by several threads at once. */
public final class Predictor implements AutoCloseable {
  private final Network network;
  private final Parameters parameters;
  private final Kernels kernels = Kernels.fastest();

  /** Makes the network compute with those weights. */
  public Predictor(Network network, Weights weights) {
    this.network = network;
    Layout layout = network.layout();
    Layout stateLayout = network.stateLayout();
    this.parameters =
        Parameters.of(vector(weights.parameters()), layout, vector(weights.state()), stateLayout);
  }

  /**
   * Returns the raw outputs of examples.
   *
   * @param features rows × input elements, normalized
   * @param rows the number of examples, at least 1
   * @param lengths how many steps of each row's sequence are its own, or null where rows have no
   *     lengths
   * @return rows × output elements
   */
  public double[] outputs(float[] features, int rows, int @Nullable [] lengths) {
    try (MemoryWorkspace pass = ShardComputer.workspace()) {
      INDArray x = Nd4j.create(features, network.input().batch(rows), 'c');
      Tape tape = Tape.inference(kernels).withLengths(lengths, Math.toIntExact(x.size(1)));
      return network.forward(x, parameters, tape).dup('c').data().asDouble();
    }
  }

  private static INDArray vector(float[] values) {
    INDArray vector = Nd4j.zeros(DataType.FLOAT, Math.max(1, values.length));
    new FloatPointer(vector.data().pointer()).put(values);
    return vector;
  }

  /** Frees what the kernels hold outside the heap. */
  @Override
  public void close() {
    kernels.close();
  }
}
