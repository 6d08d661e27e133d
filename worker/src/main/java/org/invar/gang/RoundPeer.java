package org.invar.gang;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.invar.tensor.SumTree.Node;

/**
 * One worker as another knows it in rounds: what it has sent, and what was given to it. Buffers are
 * kept from round to round.
 */
final class RoundPeer {
  final int rank;
  final List<double[]> scores = new ArrayList<>();
  float[][] inbox = {};
  List<Node> nodes = List.of();
  RoundFrames toGive = RoundFrames.NONE;
  RoundFrames toTake = RoundFrames.NONE;
  int given;
  int taken;

  /**
   * Knows nothing of a peer yet.
   *
   * @param rank the peer's
   */
  RoundPeer(int rank) {
    this.rank = rank;
  }

  /**
   * Begins a round.
   *
   * @param expected the nodes whose pieces it will send
   * @param length of the own slice
   */
  void begin(List<Node> expected, int length) {
    nodes = expected;
    scores.clear();
    given = 0;
    taken = 0;
    int kept = inbox.length;
    if (kept < expected.size()) {
      inbox = Arrays.copyOf(inbox, expected.size());
      for (int piece = kept; piece < inbox.length; piece++) {
        inbox[piece] = new float[length];
      }
    }
  }

  /** Returns how many of the own slice's chunks all of the peer's pieces are there of. */
  int chunks(int own) {
    return nodes.isEmpty() ? own : Math.min(own, (taken - 1) / nodes.size());
  }
}
