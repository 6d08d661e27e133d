package org.invar.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import org.invar.kernel.PassMemory;
import org.invar.kernel.portable.PortableKernels;
import org.invar.random.CounterRandom;
import org.invar.tensor.Layout;
import org.invar.tensor.Parameters;
import org.invar.tensor.Value;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class DropoutTest {
  private static final Parameters NONE =
      Parameters.of(Nd4j.zeros(1), Layout.of(List.of()), Nd4j.zeros(1), Layout.of(List.of()));

  /** The mask is made without branches; this is what it stands for. */
  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-9, 0.25, 1 / 3.0, 0.5, 0.9999999})
  void aValueIsDroppedWhereItsRandomNumberIsBelowTheRate(double rate) {
    Value ones = Value.of(Nd4j.ones(7, 11, 37));
    float[] dropped =
        new Dropout(rate).forward(ones, NONE, tape()).array().dup('c').data().asFloat();

    CounterRandom random = tape().nextRandom();
    float[] expected = new float[dropped.length];
    for (int i = 0; i < expected.length; i++) {
      expected[i] = random.nextFloat() < rate ? 0 : (float) (1 / (1 - rate));
    }
    assertArrayEquals(expected, dropped);
  }

  @Test
  void aMaskInAWorkspaceIsTheSame() {
    Value ones = Value.of(Nd4j.ones(7, 11, 37));
    float[] expected =
        new Dropout(0.5).forward(ones, NONE, tape()).array().dup('c').data().asFloat();
    for (int pass = 0; pass < 3; pass++) {
      try (MemoryWorkspace workspace = PassMemory.open()) {
        INDArray dropped = new Dropout(0.5).forward(ones, NONE, tape()).array();
        assertArrayEquals(expected, dropped.dup('c').data().asFloat());
      }
    }
    PassMemory.release();
  }

  private static Tape tape() {
    return Tape.training(new PortableKernels(), 1, 2, 3, 4);
  }
}
