package org.invar.compute;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import org.invar.loss.MeanSquaredError;
import org.invar.nn.Dense;
import org.invar.nn.Network;
import org.invar.tensor.Shape;
import org.invar.tensor.Weights;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

@Tag("kernels")
class PredictorTest {
  private static final float[] ROW = {1, 2};

  @Test
  void whatItHoldsOutsideTheHeapIsFreedWithIt() {
    var network = new Network(Shape.of(2), List.of(Dense.of(1)), new MeanSquaredError());
    var predictor = new Predictor(network, new Weights(new float[] {3, 4, 5}, new float[0]));
    double[] output = new double[1];
    predictor.outputs(ROW, 1, null, outputs -> outputs.read(0, 0, output));
    assertArrayEquals(new double[] {16}, output);
    assertFalse(predictor.weights().isClosed());
    assertTrue(Nd4j.getWorkspaceManager().checkIfWorkspaceExists("invar-pass"));

    predictor.close();
    assertTrue(predictor.weights().isClosed());
    assertFalse(Nd4j.getWorkspaceManager().checkIfWorkspaceExists("invar-pass"));
    assertThrows(IllegalStateException.class, () -> predictor.outputs(ROW, 1, null, all -> fail()));
    predictor.close();
  }
}
