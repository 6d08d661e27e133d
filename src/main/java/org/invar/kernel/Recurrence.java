package org.invar.kernel;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a recurrent pass over whole sequences gave.
 *
 * @param outputs the hidden states behind every step [rows, time, units], C-ordered
 * @param saved what {@link Kernels#recurrentGradient} needs besides the pass's arguments, in
 *     whatever form the implementation likes; empty when it was not to remember
 */
public record Recurrence(INDArray outputs, List<INDArray> saved) {
  /** Copies the list. */
  public Recurrence {
    saved = List.copyOf(saved);
  }
}
