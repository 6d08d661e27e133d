package org.invar.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.invar.random.CounterRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class InitializerTest {
  static Stream<Arguments> variances() {
    Shape dense = Shape.of(200, 300);
    Shape convolution = Shape.of(5, 5, 16, 64);
    return Stream.of(
        Arguments.of(new Initializer.He(), dense, 2.0 / 200),
        Arguments.of(new Initializer.He(), convolution, 2.0 / 400),
        Arguments.of(new Initializer.GlorotNormal(), dense, 2.0 / 500),
        Arguments.of(new Initializer.GlorotUniform(), convolution, 2.0 / (400 + 1600)),
        Arguments.of(new Initializer.Lecun(), dense, 1.0 / 200),
        Arguments.of(new Initializer.Zeros(), dense, 0.0),
        Arguments.of(Initializer.Orthogonal.of(), Shape.of(200, 200), 1.0 / 200));
  }

  @ParameterizedTest
  @MethodSource("variances")
  void valuesHaveTheVarianceOfTheirFormula(Initializer initializer, Shape shape, double variance) {
    float[] values = initializer.values(shape, CounterRandom.of(3));
    double sum = 0;
    double squares = 0;
    for (float value : values) {
      sum += value;
      squares += (double) value * value;
    }
    // Five standard deviations of the estimates for normal values.
    double n = values.length;
    assertEquals(0, sum / n, 5 * Math.sqrt(variance / n));
    assertEquals(variance, squares / n, 5 * variance * Math.sqrt(2 / n));
  }

  @Test
  void orthogonalColumnsAreOrthonormal() {
    int rows = 12;
    int columns = 5;
    float[] w = Initializer.Orthogonal.of().values(Shape.of(rows, columns), CounterRandom.of(4));
    for (int a = 0; a < columns; a++) {
      for (int b = 0; b < columns; b++) {
        double dot = 0;
        for (int r = 0; r < rows; r++) {
          dot += (double) w[r * columns + a] * w[r * columns + b];
        }
        assertEquals(a == b ? 1 : 0, dot, 1e-6);
      }
    }
  }

  @Test
  void aLayoutsInitialValuesDependOnTheSeedAlone() {
    Layout layout =
        Layout.of(
            List.of(
                Layout.Spec.decayed("a", Shape.of(3, 4), new Initializer.He()),
                Layout.Spec.plain("b", Shape.of(4), Initializer.Constant.of(2))));
    float[] values = layout.initialValues(5);
    assertArrayEquals(values, layout.initialValues(5));
    assertEquals(16, values.length);
    assertEquals(2f, values[12]);
    assertEquals(false, Arrays.equals(values, layout.initialValues(6)));
  }
}
