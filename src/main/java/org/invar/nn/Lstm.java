package org.invar.nn;

import java.util.List;
import org.invar.kernel.Cell;
import org.invar.tensor.Initializer;
import org.invar.tensor.Layout;
import org.invar.tensor.Type;

/**
 * Long short-term memory, {@link Cell.Kind#LSTM}: (time, features) → (units), or to (time, units).
 * Starts at zero; where sequences have lengths, the outputs behind them are zero.
 *
 * @param units the length of the hidden state
 * @param returnSequences whether the output is the hidden state behind every step, not behind each
 *     row's last alone
 * @param initializer of each gate's part of the kernel [features, 4·units]
 * @param recurrentInitializer of each gate's part of the recurrent kernel [units, 4·units]
 * @param forgetBias where the forget gate's part of the bias starts, the others at zero. 1 lets
 *     gradients through from the start: Jozefowicz, Zaremba, Sutskever 2015
 */
public record Lstm(
    int units,
    boolean returnSequences,
    Initializer initializer,
    Initializer recurrentInitializer,
    double forgetBias)
    implements Recurrent {
  /** Refuses fewer than one unit, and a bias that is no number. */
  public Lstm {
    Checks.positive("units", units);
    if (!Double.isFinite(forgetBias)) {
      throw new IllegalArgumentException("forgetBias=" + forgetBias + " is not finite");
    }
  }

  /**
   * Returns the last state alone, Glorot-uniform kernel, orthogonal recurrent kernel, forget bias
   * 1.
   */
  public static Lstm of(int units) {
    return new Lstm(units, false, new Initializer.GlorotUniform(), Initializer.Orthogonal.of(), 1);
  }

  /** Returns this layer with the states of all steps as output, or of the last alone. */
  public Lstm withReturnSequences(boolean returnSequences) {
    return new Lstm(units, returnSequences, initializer, recurrentInitializer, forgetBias);
  }

  /** Returns this layer with that start of the forget gate's bias. */
  public Lstm withForgetBias(double forgetBias) {
    return new Lstm(units, returnSequences, initializer, recurrentInitializer, forgetBias);
  }

  @Override
  public Cell.Kind cellKind() {
    return Cell.Kind.LSTM;
  }

  @Override
  public List<Layout.Spec> parameters(Type input) {
    var zeros = new Initializer.Zeros();
    var bias =
        new Initializer.Blocks(List.of(zeros, Initializer.Constant.of(forgetBias), zeros, zeros));
    return Recurrent.parameters(cellKind(), input, units, initializer, recurrentInitializer, bias);
  }
}
