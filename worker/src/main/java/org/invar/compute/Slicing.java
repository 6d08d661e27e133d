package org.invar.compute;

import java.util.ArrayList;
import java.util.List;
import org.invar.optim.ParameterAverager;

/**
 * How the flat vectors are cut into the slices of N workers, and the slices into chunks.
 *
 * <p>Slices of the parameters begin and end at blocks of {@link ParameterAverager#BLOCK}, so that
 * sums over blocks do not depend on N; those of the state begin anywhere. A slice may be empty.
 *
 * @param parameters P
 * @param state S
 * @param workers N
 */
public record Slicing(int parameters, int state, int workers) {
  /**
   * A range that is sent as one.
   *
   * @param at the first position, counted through the parameters and then the state
   * @param length at most {@link TreeSum#CHUNK}
   */
  public record Chunk(int at, int length) {
    int end() {
      return at + length;
    }

    /**
     * Returns the range in parts that are summed and updated as one: of the parameters blocks,
     * whose sums, parameters and moments a core's fast memory holds.
     */
    public List<Chunk> parts() {
      List<Chunk> parts = new ArrayList<>();
      for (int from = at; from < end(); from += ParameterAverager.BLOCK) {
        parts.add(new Chunk(from, Math.min(ParameterAverager.BLOCK, end() - from)));
      }
      return parts;
    }
  }

  /** Returns the first parameter of a worker's slice; that of worker N is P. */
  public int from(int worker) {
    long blocks = (long) ParameterAverager.blocks(parameters) * worker / workers;
    return (int) Math.min(blocks * ParameterAverager.BLOCK, parameters);
  }

  /** Returns the parameter behind the last of a worker's slice. */
  public int to(int worker) {
    return from(worker + 1);
  }

  /** Returns the first value of the state of a worker's slice; that of worker N is S. */
  public int stateFrom(int worker) {
    return (int) ((long) state * worker / workers);
  }

  /** Returns the value of the state behind the last of a worker's slice. */
  public int stateTo(int worker) {
    return stateFrom(worker + 1);
  }

  /** Returns the chunks of a worker's slice: of the parameters, then of the state. */
  public List<Chunk> chunks(int worker) {
    List<Chunk> chunks = new ArrayList<>();
    cut(from(worker), to(worker), chunks);
    cut(parameters + stateFrom(worker), parameters + stateTo(worker), chunks);
    return chunks;
  }

  /** Returns the chunks of both vectors as a whole. */
  public List<Chunk> chunks() {
    List<Chunk> chunks = new ArrayList<>();
    for (int worker = 0; worker < workers; worker++) {
      chunks.addAll(chunks(worker));
    }
    return chunks;
  }

  private static void cut(int from, int to, List<Chunk> chunks) {
    for (int at = from; at < to; at += TreeSum.CHUNK) {
      chunks.add(new Chunk(at, Math.min(TreeSum.CHUNK, to - at)));
    }
  }

  /** Returns the number of values of a worker's slice. */
  public int length(int worker) {
    return to(worker) - from(worker) + stateTo(worker) - stateFrom(worker);
  }

  /** Returns where a position of a worker's slice stands in the slice's own count. */
  public int local(int worker, int at) {
    return at < parameters
        ? at - from(worker)
        : at - parameters - stateFrom(worker) + to(worker) - from(worker);
  }
}
