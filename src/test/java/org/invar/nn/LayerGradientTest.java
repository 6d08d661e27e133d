package org.invar.nn;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.invar.kernel.portable.PortableKernels;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every layer's gradient in float64, which the portable kernels compute. */
class LayerGradientTest {
  @ParameterizedTest
  @MethodSource("org.invar.nn.LayerContractTest#cases")
  void gradientsMatchCentralDifferences(LayerContractTest.Case c) {
    for (var difference : GradientCheck.check(c.layer(), new PortableKernels(), c.input(), 3, 5)) {
      assertTrue(difference.relativeDifference() < 1e-6, difference.toString());
    }
  }
}
