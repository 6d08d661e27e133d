package org.invar.checkpoint;

import java.util.List;
import org.invar.storage.SliceFile;

/**
 * The model that a run would end with so far, as a checkpoint refers to it.
 *
 * @param step the steps after which it was the run's; within a run it identifies the model
 * @param slices its parameters and state, by rank: files of this checkpoint or of an earlier one;
 *     moments that they may have are not looked at
 */
public record Kept(long step, List<SliceFile> slices) {
  /** Takes an unmodifiable copy of the list; refuses a step that is none. */
  public Kept {
    if (step < 0) {
      throw new IllegalArgumentException("step " + step);
    }
    slices = List.copyOf(slices);
  }
}
