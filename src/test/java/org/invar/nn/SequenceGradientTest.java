package org.invar.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.invar.data.Batch;
import org.invar.kernel.portable.PortableKernels;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Gradients of a softmax at every step in float64, through every layer and every step. */
class SequenceGradientTest {
  @ParameterizedTest
  @MethodSource("org.invar.nn.SequenceLabelingTest#recurrent")
  void gradientsAreCentralDifferences(Layer recurrent) {
    Network network = SequenceLabelingTest.network(recurrent);
    Batch batch = SequenceLabelingTest.batch(DataType.DOUBLE);
    INDArray flat =
        Nd4j.createFromArray(SequenceLabelingTest.normal(network.layout().length(), 2))
            .castTo(DataType.DOUBLE);
    var kernels = new PortableKernels();
    var pass = new SequenceLabelingTest.Pass(network, flat, batch, kernels);
    for (INDArray[] pair :
        new INDArray[][] {{flat, pass.gradient}, {batch.features().array(), pass.dx}}) {
      for (int i = 0; i < pair[0].length(); i++) {
        double value = pair[0].data().getDouble(i);
        pair[0].data().put(i, value + 1e-6);
        double above =
            new SequenceLabelingTest.Pass(network, flat, batch, kernels).outcome.lossSum();
        pair[0].data().put(i, value - 1e-6);
        double below =
            new SequenceLabelingTest.Pass(network, flat, batch, kernels).outcome.lossSum();
        pair[0].data().put(i, value);
        assertEquals((above - below) / 2e-6, pair[1].data().getDouble(i), 1e-8);
      }
    }
  }
}
