package org.invar.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.invar.loss.SoftmaxCrossEntropy;
import org.invar.nn.Conv2d;
import org.invar.nn.Dense;
import org.invar.nn.Flatten;
import org.invar.nn.MaxPool2d;
import org.invar.nn.Network;
import org.invar.tensor.Shape;
import org.invar.tensor.Size;
import org.invar.tensor.Type;
import org.junit.jupiter.api.Test;

/** What a sample takes, counted by hand. */
class FlopsTest {
  @Test
  void nobodyNeedsTheGradientOfTheFirstInput() {
    Network network =
        new Network(
            Shape.of(2, 3),
            List.of(new Flatten(), Dense.of(5), Dense.of(4)),
            SoftmaxCrossEntropy.of());

    assertEquals(2 * (2 * 6 * 5 + 3 * 5 * 4), Flops.ofSample(network));
  }

  @Test
  void aConvolutionUsesItsKernelAtEveryPlace() {
    Network network =
        new Network(
            Shape.of(6, 6, 1),
            List.of(
                Conv2d.of(2, Size.square(3)),
                MaxPool2d.of(Size.square(2)),
                Conv2d.of(3, Size.square(2)),
                new Flatten(),
                Dense.of(4)),
            SoftmaxCrossEntropy.of());

    double first = 4 * 4 * (3 * 3 * 2);
    double second = 1 * (2 * 2 * 2 * 3);
    assertEquals(2 * (2 * first + 3 * second + 3 * 3 * 4), Flops.ofSample(network));
  }

  @Test
  void denseUsesItsKernelAtEveryStepOfASequence() {
    Network network =
        new Network(
            Type.sequence(4, 3), List.of(Dense.of(5), Dense.of(2)), SoftmaxCrossEntropy.of());

    assertEquals(2 * 4 * (2 * 3 * 5 + 3 * 5 * 2), Flops.ofSample(network));
  }
}
