package org.invar.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import org.invar.tensor.Initializer;
import org.invar.tensor.Layout;
import org.invar.tensor.Shape;
import org.junit.jupiter.api.Test;

class RunningStateTest {
  @Test
  void everyEntryMovesByItsOwnMomentum() {
    Layout layout =
        Layout.of(
            List.of(
                Layout.Spec.running("mean", Shape.of(2), new Initializer.Zeros(), 0.9),
                Layout.Spec.running("variance", Shape.of(1), new Initializer.Zeros(), 0.5)));
    var state = RunningState.of(layout, new float[] {0, 10, 4});
    state.update(new float[] {20, 0, 60}, 10);
    assertArrayEquals(new float[] {0.2f, 9, 5}, state.values(), 1e-6f);
  }
}
