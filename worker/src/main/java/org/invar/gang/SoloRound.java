package org.invar.gang;

import java.util.List;
import org.invar.compute.ShardPass;
import org.invar.compute.Slicing.Chunk;
import org.invar.compute.TreeSum;

/** The sum and the update of one step in a worker without peers. */
final class SoloRound {
  /** Treats chunks, in any order and on any threads, and returns when all are treated. */
  interface Spread {
    void over(List<Chunk> chunks, ShardPass.ChunkWork work) throws InterruptedException;
  }

  private SoloRound() {}

  /**
   * Sums the pieces, updates, and stores the new values.
   *
   * @param tree over the worker's pieces
   * @param scores the sum of their scores
   * @param chunks of all the vectors
   * @return when what was over; sum and update of a chunk are one, and count as the update
   */
  static SliceRound.Clock run(
      TreeSum tree, double[] scores, List<Chunk> chunks, Reduction step, Spread spread)
      throws InterruptedException {
    var clock = new SliceRound.Clock();
    clock.begun = System.nanoTime();
    clock.everybodyThere = clock.begun;
    clock.reduced = clock.begun;
    if (step.begin(scores)) {
      boolean waits = step.blocks().length > 0;
      spread.over(
          chunks,
          (chunk, scratch) ->
              chunk
                  .parts()
                  .forEach(
                      part -> {
                        tree.sum(part.at(), scratch.result(), part.length(), scratch);
                        if (waits) {
                          step.keep(part, scratch);
                        } else {
                          step.update(part, scratch);
                        }
                      }));
      if (waits) {
        clock.reduced = System.nanoTime();
        step.whole();
        spread.over(
            chunks,
            (chunk, scratch) -> chunk.parts().forEach(part -> step.updateKept(part, scratch)));
      }
      step.done();
    }
    clock.end = System.nanoTime();
    clock.updating = clock.end - clock.reduced;
    return clock;
  }
}
