package org.invar.storage;

import java.util.List;

/**
 * The parts of a run's vectors that go into a slice's file, or come out of several.
 *
 * @param parameters a part of the parameters
 * @param moments the same part of each of the optimizer's vectors; none where they are not wanted.
 *     Those that are read into may be another part than the parameters
 * @param state a part of the network's state
 */
public record SliceContent(Span parameters, List<Span> moments, Span state) {
  /** Takes an unmodifiable copy of the list, not of the vectors. */
  public SliceContent {
    moments = List.copyOf(moments);
  }

  /** Returns parameters and state without moments. */
  public static SliceContent weights(Span parameters, Span state) {
    return new SliceContent(parameters, List.of(), state);
  }
}
