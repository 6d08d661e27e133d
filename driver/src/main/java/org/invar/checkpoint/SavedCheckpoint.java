package org.invar.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.invar.storage.SliceFile;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint that is whole: everything that a run needs to go on as if it had never stopped.
 *
 * @param place names its manifest in messages
 * @param step steps taken so far, at least 0
 * @param position the caller's own record: epoch, schedule, plateau, patience, seed, shards and
 *     whatever else decides how the run goes on. Doubles come back with the same bits; NaN and
 *     infinities come back as text, which Jackson binds to doubles again
 * @param slices parameters, moments and state after {@code step} steps, by rank, of whatever number
 *     of workers wrote them
 * @param kept the best model so far; null before the first evaluation
 * @param metrics the lines of {@code metrics.jsonl} so far
 */
public record SavedCheckpoint(
    String place,
    long step,
    JsonNode position,
    List<SliceFile> slices,
    @Nullable Kept kept,
    SavedMetrics metrics) {
  /** Takes an unmodifiable copy of the list. */
  public SavedCheckpoint {
    slices = List.copyOf(slices);
  }
}
