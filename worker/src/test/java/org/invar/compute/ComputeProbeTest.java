package org.invar.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.invar.loss.SoftmaxCrossEntropy;
import org.invar.nn.Dense;
import org.invar.nn.Layer;
import org.invar.nn.Network;
import org.invar.nn.Tape;
import org.invar.tensor.Parameters;
import org.invar.tensor.Shape;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One thread's gradients, as somebody who wraps layers sees them. */
class ComputeProbeTest {
  /** Notes what passes. */
  private record Seen(List<long[]> forward, List<Double> largest) implements Layer {
    @Override
    public Type output(Type input) {
      return input;
    }

    @Override
    public Value forward(Value x, Parameters parameters, Tape tape) {
      forward.add(x.array().shape());
      largest.add(x.array().maxNumber().doubleValue());
      return x;
    }

    @Override
    public INDArray backward(INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
      return dy;
    }
  }

  @Test
  void takesBatchAfterBatchAndEpochAfterEpochOfScaledBytes() {
    var seen = new Seen(new ArrayList<>(), new ArrayList<>());
    Network network =
        new Network(Shape.of(3), List.of(seen, Dense.of(2)), SoftmaxCrossEntropy.of());
    try (ComputeProbe probe = ComputeProbe.of(network, 8, 4)) {
      for (int i = 0; i < 5; i++) {
        probe.pass();
      }
    }

    assertEquals(5, seen.forward().size());
    seen.forward().forEach(shape -> assertEquals(List.of(4L, 3L), List.of(shape[0], shape[1])));
    seen.largest().forEach(value -> assertTrue(value > 0 && value <= 1, "found " + value));
  }

  @Test
  void refusesBatchesThatTheShardDoesNotHave() {
    Network network = new Network(Shape.of(3), List.of(Dense.of(2)), SoftmaxCrossEntropy.of());

    assertThrows(IllegalArgumentException.class, () -> ComputeProbe.of(network, 3, 4));
    assertThrows(IllegalArgumentException.class, () -> ComputeProbe.of(network, 3, 0));
  }
}
