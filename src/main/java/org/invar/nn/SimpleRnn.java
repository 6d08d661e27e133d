package org.invar.nn;

import java.util.List;
import org.invar.kernel.Cell;
import org.invar.tensor.Initializer;
import org.invar.tensor.Layout;
import org.invar.tensor.Type;

/**
 * The recurrent layer of Elman, {@link Cell.Kind#SIMPLE_RNN}: (time, features) → (units), or to
 * (time, units). Starts at zero; where sequences have lengths, the outputs behind them are zero.
 *
 * @param units the length of the hidden state
 * @param returnSequences whether the output is the hidden state behind every step, not behind each
 *     row's last alone
 * @param initializer of the kernel [features, units]
 * @param recurrentInitializer of the recurrent kernel [units, units]
 */
public record SimpleRnn(
    int units, boolean returnSequences, Initializer initializer, Initializer recurrentInitializer)
    implements Recurrent {
  /** Refuses fewer than one unit. */
  public SimpleRnn {
    Checks.positive("units", units);
  }

  /**
   * Returns the last state alone, Glorot-uniform kernel, orthogonal recurrent kernel, zero bias.
   */
  public static SimpleRnn of(int units) {
    return new SimpleRnn(
        units, false, new Initializer.GlorotUniform(), Initializer.Orthogonal.of());
  }

  /** Returns this layer with the states of all steps as output, or of the last alone. */
  public SimpleRnn withReturnSequences(boolean returnSequences) {
    return new SimpleRnn(units, returnSequences, initializer, recurrentInitializer);
  }

  @Override
  public Cell.Kind cellKind() {
    return Cell.Kind.SIMPLE_RNN;
  }

  @Override
  public List<Layout.Spec> parameters(Type input) {
    return Recurrent.parameters(
        cellKind(), input, units, initializer, recurrentInitializer, new Initializer.Zeros());
  }
}
