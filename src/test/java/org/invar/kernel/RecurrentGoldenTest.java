package org.invar.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.invar.Golden;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Recurrent passes from a given state against PyTorch's, in float32. */
@Tag("kernels")
@ParameterizedClass
@MethodSource("org.invar.kernel.TestedKernels#all")
class RecurrentGoldenTest {
  @Parameter Kernels kernels;

  @ParameterizedTest
  @CsvSource({
    "simplernn, SIMPLE_RNN",
    "lstm, LSTM",
    "gru-reset-before, GRU_RESET_BEFORE",
    "gru-reset-after, GRU_RESET_AFTER"
  })
  void passesMatch(String name, Cell.Kind kind) {
    var golden = Golden.of(name);
    Cell cell = cell(golden, kind);
    INDArray x = golden.array("/inputs/x");
    INDArray initial = initial(golden, kind);

    Recurrence forward = kernels.recurrent(cell, x, initial, true);
    golden.assertMatches("/output", forward.outputs());

    Cell gradient = zeros(cell);
    INDArray dInitial = initial.mul(0);
    INDArray dy = golden.array("/outputGradient");
    INDArray dx =
        kernels.recurrentGradient(cell, x, initial, forward, dy, gradient, dInitial, true);
    golden.assertMatches("/gradients/x", dx);
    golden.assertMatches("/gradients/wx", gradient.kernel());
    golden.assertMatches("/gradients/wh", gradient.recurrentKernel());
    golden.assertMatches("/gradients/b", gradient.bias());
    golden.assertMatches("/gradients/h0", dInitial.slice(0));
    if (gradient.recurrentBias() != null) {
      golden.assertMatches("/gradients/bh", gradient.recurrentBias());
    }
    if (kind == Cell.Kind.LSTM) {
      golden.assertMatches("/gradients/c0", dInitial.slice(1));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "simplernn, SIMPLE_RNN",
    "lstm, LSTM",
    "gru-reset-before, GRU_RESET_BEFORE",
    "gru-reset-after, GRU_RESET_AFTER"
  })
  void aPassThatNeedNotRememberGivesTheSameBitsAndSavesNothing(String name, Cell.Kind kind) {
    var golden = Golden.of(name);
    Cell cell = cell(golden, kind);
    INDArray x = golden.array("/inputs/x");
    Recurrence forward = kernels.recurrent(cell, x, null, false);
    assertEquals(List.of(), forward.saved());
    Recurrence remembered = kernels.recurrent(cell, x, null, true);
    assertArrayEquals(remembered.outputs().data().asFloat(), forward.outputs().data().asFloat());
    INDArray dy = golden.array("/outputGradient");
    assertNull(kernels.recurrentGradient(cell, x, null, remembered, dy, zeros(cell), null, false));
  }

  private static Cell cell(Golden golden, Cell.Kind kind) {
    return new Cell(
        kind,
        golden.array("/inputs/wx"),
        golden.array("/inputs/wh"),
        golden.array("/inputs/b"),
        kind == Cell.Kind.GRU_RESET_AFTER ? golden.array("/inputs/bh") : null);
  }

  private static INDArray initial(Golden golden, Cell.Kind kind) {
    INDArray hidden = golden.array("/inputs/h0");
    return kind == Cell.Kind.LSTM
        ? Nd4j.stack(0, hidden, golden.array("/inputs/c0")).dup('c')
        : hidden.reshape('c', 1, hidden.size(0), hidden.size(1));
  }

  private static Cell zeros(Cell cell) {
    return new Cell(
        cell.kind(),
        zeros(cell.kernel()),
        zeros(cell.recurrentKernel()),
        zeros(cell.bias()),
        cell.recurrentBias() == null ? null : zeros(cell.recurrentBias()));
  }

  private static INDArray zeros(INDArray array) {
    return Nd4j.zeros(DataType.FLOAT, array.shape());
  }
}
