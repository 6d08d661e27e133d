package org.invar.nn;

import java.util.List;
import org.invar.kernel.Cell;
import org.invar.tensor.Initializer;
import org.invar.tensor.Layout;
import org.invar.tensor.Parameters;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The gated recurrent unit: (time, features) → (units), or to (time, units). Starts at zero; where
 * sequences have lengths, the outputs behind them are zero.
 *
 * @param units the length of the hidden state
 * @param returnSequences whether the output is the hidden state behind every step, not behind each
 *     row's last alone
 * @param reset whether the candidate's state is reset before the recurrent kernel or after it
 * @param updateGate what the update gate stands for
 * @param initializer of each gate's part of the kernel [features, 3·units]
 * @param recurrentInitializer of each gate's part of the recurrent kernel [units, 3·units]
 */
public record Gru(
    int units,
    boolean returnSequences,
    Reset reset,
    UpdateGate updateGate,
    Initializer initializer,
    Initializer recurrentInitializer)
    implements Recurrent {
  /** Where the reset gate acts. */
  public enum Reset {
    /** h̃ = tanh(xW + (r ⊙ h)U + b), {@link Cell.Kind#GRU_RESET_BEFORE}: Cho et al. 2014. */
    BEFORE,
    /**
     * h̃ = tanh(xW + b + r ⊙ (hU + b')), {@link Cell.Kind#GRU_RESET_AFTER}, as cuDNN and PyTorch
     * have it; every gate has a second bias.
     */
    AFTER
  }

  /**
   * The two conventions of textbooks; weights of one, with the gate's sign changed, fit the other.
   */
  public enum UpdateGate {
    /** h = z ⊙ h + (1 − z) ⊙ h̃: an open gate keeps the old state. */
    KEEPS,
    /** h = u ⊙ h̃ + (1 − u) ⊙ h: an open gate replaces it by the candidate. */
    REPLACES
  }

  private static final int UPDATE = 1;

  /** Refuses fewer than one unit. */
  public Gru {
    Checks.positive("units", units);
  }

  /**
   * Returns the last state alone, reset after the recurrent kernel, an update gate that keeps,
   * Glorot-uniform kernel, orthogonal recurrent kernel, zero biases.
   */
  public static Gru of(int units) {
    return new Gru(
        units,
        false,
        Reset.AFTER,
        UpdateGate.KEEPS,
        new Initializer.GlorotUniform(),
        Initializer.Orthogonal.of());
  }

  /** Returns this layer with the states of all steps as output, or of the last alone. */
  public Gru withReturnSequences(boolean returnSequences) {
    return new Gru(units, returnSequences, reset, updateGate, initializer, recurrentInitializer);
  }

  /** Returns this layer with the reset gate acting there. */
  public Gru withReset(Reset reset) {
    return new Gru(units, returnSequences, reset, updateGate, initializer, recurrentInitializer);
  }

  /** Returns this layer with that convention. */
  public Gru withUpdateGate(UpdateGate updateGate) {
    return new Gru(units, returnSequences, reset, updateGate, initializer, recurrentInitializer);
  }

  @Override
  public Cell.Kind cellKind() {
    return reset == Reset.BEFORE ? Cell.Kind.GRU_RESET_BEFORE : Cell.Kind.GRU_RESET_AFTER;
  }

  @Override
  public List<Layout.Spec> parameters(Type input) {
    return Recurrent.parameters(
        cellKind(), input, units, initializer, recurrentInitializer, new Initializer.Zeros());
  }

  @Override
  public Value forward(Value x, Parameters parameters, Tape tape) {
    return Recurrent.forward(cell(parameters), returnSequences, x, tape);
  }

  @Override
  public @Nullable INDArray backward(
      INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
    Cell sums = Recurrent.cell(cellKind(), gradient);
    if (updateGate == UpdateGate.KEEPS) {
      return Recurrent.backward(cell(parameters), sums, returnSequences, dy, tape);
    }
    Cell negative = Recurrent.zeros(sums);
    INDArray dx = Recurrent.backward(cell(parameters), negative, returnSequences, dy, tape);
    Recurrent.add(Recurrent.negated(negative, UPDATE), sums);
    return dx;
  }

  /** 1 − σ(a) = σ(−a), so the kernels need only one convention. */
  private Cell cell(Parameters parameters) {
    Cell cell = Recurrent.cell(cellKind(), parameters);
    return updateGate == UpdateGate.KEEPS ? cell : Recurrent.negated(cell, UPDATE);
  }
}
