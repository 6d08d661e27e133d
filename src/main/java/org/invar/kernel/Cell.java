package org.invar.kernel;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A recurrent cell: what one step computes from its input x and the state before it, and the arrays
 * it computes with. A cell of the same kind whose arrays are gradients stands for the gradient.
 *
 * <p>All gates' weights lie side by side, in the order of the kind: gate k has the columns
 * [k·units, (k+1)·units).
 *
 * @param kind the formula
 * @param kernel W [features, gates·units]
 * @param recurrentKernel U [units, gates·units]
 * @param bias b [gates·units]
 * @param recurrentBias b' [gates·units] for {@link Kind#GRU_RESET_AFTER}, else null
 */
public record Cell(
    Kind kind,
    INDArray kernel,
    INDArray recurrentKernel,
    INDArray bias,
    @Nullable INDArray recurrentBias) {
  /** The formulas; σ is the sigmoid, ⊙ the element-wise product. */
  public enum Kind {
    /** h = tanh(xW + hU + b): Elman 1990, DOI 10.1207/s15516709cog1402_1. */
    SIMPLE_RNN(1, 1),
    /**
     * i, f, o = σ(xW + hU + b); c̃ = tanh(xW + hU + b); c = f ⊙ c + i ⊙ c̃; h = o ⊙ tanh(c). Gates
     * in the order i, f, o, c̃. Hochreiter, Schmidhuber 1997, DOI 10.1162/neco.1997.9.8.1735; with
     * the forget gate of Gers, Schmidhuber, Cummins 2000, DOI 10.1162/089976600300015015.
     */
    LSTM(4, 2),
    /**
     * r, z = σ(xW + hU + b); h̃ = tanh(xW + (r ⊙ h)U + b); h = z ⊙ h + (1 − z) ⊙ h̃. Gates in the
     * order r, z, h̃. Cho et al. 2014, arXiv:1406.1078.
     */
    GRU_RESET_BEFORE(3, 1),
    /**
     * The same with h̃ = tanh(xW + b + r ⊙ (hU + b')), and b' in every gate, as cuDNN and PyTorch
     * have it.
     */
    GRU_RESET_AFTER(3, 1);

    private final int gates;
    private final int states;

    Kind(int gates, int states) {
      this.gates = gates;
      this.states = states;
    }

    /** Returns how many blocks of units columns the kernels have. */
    public int gates() {
      return gates;
    }

    /** Returns how many vectors of units go from step to step: h, for the LSTM h and c. */
    public int states() {
      return states;
    }
  }

  /** Refuses a second bias where the kind has none, and the reverse. */
  public Cell {
    if ((recurrentBias != null) != (kind == Kind.GRU_RESET_AFTER)) {
      throw new IllegalArgumentException(
          kind + " has " + (recurrentBias == null ? "a" : "no") + " recurrent bias");
    }
  }

  /** Returns the length of the hidden state. */
  public long units() {
    return recurrentKernel.size(0);
  }
}
