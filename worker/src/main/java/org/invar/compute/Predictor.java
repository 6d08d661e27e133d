package org.invar.compute;

import java.util.function.Consumer;
import org.invar.kernel.Kernels;
import org.invar.kernel.PassMemory;
import org.invar.kernel.onednn.Fastest;
import org.invar.nn.Network;
import org.invar.tensor.Parameters;
import org.invar.tensor.Value;
import org.invar.tensor.Weights;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A network with weights, for prediction.
 *
 * <p>For one thread; another one may close it, which waits for the outputs that are computed.
 */
public final class Predictor implements AutoCloseable {
  private final Network network;
  private final FlatPair weights;
  private final Parameters parameters;
  private final Kernels kernels;

  /** Makes the network compute with a copy of those weights. */
  public Predictor(Network network, Weights weights) {
    this.network = network;
    this.weights = new FlatPair(network);
    this.weights.write(weights);
    this.parameters = this.weights.views();
    this.kernels = Fastest.kernels(); // Last, as nobody would close them after a failure.
  }

  /** Returns the copy. */
  FlatPair weights() {
    return weights;
  }

  /**
   * Shows the raw outputs of examples: for each the same bits, whatever others are beside it.
   *
   * @param features rows × input elements, normalized
   * @param rows the number of examples, 1 to {@link Network#predictionRows}
   * @param lengths how many steps of each row's sequence are its own; null where inputs are not
   *     ragged
   * @param reader of the outputs, whose memory is used again once it returns
   * @throws IllegalStateException when this is closed
   */
  public synchronized void outputs(
      float[] features, int rows, int @Nullable [] lengths, Consumer<Value> reader) {
    if (weights.isClosed()) {
      throw new IllegalStateException("this predictor is closed");
    }
    try (MemoryWorkspace pass = PassMemory.open()) {
      INDArray x = Nd4j.create(features, network.input().shape().batch(rows), 'c');
      var inputs = new Value(x, network.input().time(), lengths);
      reader.accept(network.predict(inputs, parameters, kernels));
    }
  }

  /** Frees what it holds outside the heap, what the calling thread's passes have used among it. */
  @Override
  public synchronized void close() {
    kernels.close();
    weights.close();
    PassMemory.release();
  }
}
