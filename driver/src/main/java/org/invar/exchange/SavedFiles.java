package org.invar.exchange;

import java.util.List;
import org.invar.storage.SliceFile;

/**
 * The slices of a checkpoint that workers have written.
 *
 * @param slices of parameters, moments and state, by rank
 * @param kept of the kept weights, by rank; empty where they were not to be written
 * @param millis that the slowest worker took
 */
public record SavedFiles(List<SliceFile> slices, List<SliceFile> kept, double millis) {
  /** Takes unmodifiable copies. */
  public SavedFiles {
    slices = List.copyOf(slices);
    kept = List.copyOf(kept);
  }
}
