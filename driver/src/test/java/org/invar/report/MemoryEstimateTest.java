package org.invar.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.invar.kernel.Activation;
import org.invar.loss.SoftmaxCrossEntropy;
import org.invar.nn.BatchNorm;
import org.invar.nn.Bidirectional;
import org.invar.nn.Concat;
import org.invar.nn.Dense;
import org.invar.nn.Lstm;
import org.invar.nn.Network;
import org.invar.nn.Residual;
import org.invar.nn.zoo.Lenet5;
import org.invar.optim.Adam;
import org.invar.optim.Clipping;
import org.invar.optim.Sgd;
import org.invar.optim.UpdateRule;
import org.invar.tensor.Shape;
import org.invar.tensor.Type;
import org.junit.jupiter.api.Test;

class MemoryEstimateTest {
  private static final Network LENET =
      new Network(Shape.of(28, 28, 1), Lenet5.of().layers(), SoftmaxCrossEntropy.of());

  @Test
  void lenet5() {
    var estimate = MemoryEstimate.of(LENET, UpdateRule.of(Adam.of()), 16);
    int outputs =
        28 * 28 * 6 + 14 * 14 * 6 + 10 * 10 * 16 + 5 * 5 * 16 + 400 + 120 + 84 + 10; // 8,494
    assertEquals(4 * 61_706, estimate.parameters());
    assertEquals(2 * 4 * 61_706, estimate.gradients());
    assertEquals(4L * 16 * (28 * 28 + 2 * outputs), estimate.activations());
    assertEquals(2 * 4 * 61_706, estimate.slices());
    assertEquals(246_824 + 2 * (2 * 246_824 + 1_137_408), estimate.worker(2));
    assertEquals(
        """
        estimated memory              where                      size
        parameters and running state  each worker           241.0 KiB
        gradients: one, and a sum     each compute thread   482.1 KiB
        activations of 16 rows        each compute thread     1.1 MiB
        averager                      all workers together  482.1 KiB
        """,
        estimate.render());
  }

  @Test
  void layersInsideContainersAndRunningStateCount() {
    var network =
        new Network(
            Shape.of(4),
            List.of(
                new Residual(
                    List.of(Dense.of(6), Dense.of(4)), List.of(Dense.of(4)), Activation.RELU),
                new Concat(List.of(List.of(Dense.of(3)), List.of())),
                BatchNorm.of(),
                Dense.of(2)),
            SoftmaxCrossEntropy.of());
    var estimate = MemoryEstimate.of(network, UpdateRule.of(new Sgd(), 0, new Clipping(1, 2)), 1);
    int outputs = (6 + 4 + 4 + 4) + (3 + 7) + 7 + 2;
    assertEquals(4L * (4 + 2 * outputs), estimate.activations());
    int trainable = (4 * 6 + 6) + (6 * 4 + 4) + (4 * 4 + 4) + (4 * 3 + 3) + 2 * 7 + (7 * 2 + 2);
    int running = 2 * 7 + 1; // Mean and variance a channel, and the count.
    assertEquals(4L * (trainable + running), estimate.parameters());
    assertEquals(4L * trainable, estimate.slices());
  }

  @Test
  void allStepsOfRecurrentLayersCount() {
    var network =
        new Network(
            Type.sequence(100, 7),
            List.of(new Bidirectional(Lstm.of(5)), Dense.of(2)),
            SoftmaxCrossEntropy.of());
    var estimate = MemoryEstimate.of(network, UpdateRule.of(new Sgd(), 0, new Clipping(1, 2)), 1);
    int lstm = 100 * (7 + (4 + 2 + 2) * 5) + 5;
    int values = (2 * lstm + 700 + 2 * 10) + 2;
    assertEquals(4L * (700 + 2 * values), estimate.activations());
    var longer = new Network(Type.sequence(50_000, 7), network.layers(), SoftmaxCrossEntropy.of());
    assertEquals(6, longer.predictionRows());
  }

  @Test
  void aBatchWithoutRowsIsRefused() {
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> MemoryEstimate.of(LENET, UpdateRule.of(new Sgd()), 0));
    assertEquals("rows=0 is not positive", e.getMessage());
  }
}
