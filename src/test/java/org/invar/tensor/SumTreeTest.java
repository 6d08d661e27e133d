package org.invar.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.invar.tensor.SumTree.Node;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SumTreeTest {
  @Test
  void aRangeSplitsAtTheLargestPowerOfTwoBelowItsLength() {
    String sum = SumTree.sum(new Node(0, 6), String::valueOf, (a, b) -> "(" + a + "+" + b + ")");
    assertEquals("(((0+1)+(2+3))+(4+5))", sum);
  }

  @Test
  void shardsWithoutRowsAreSkipped() {
    String sum =
        SumTree.sum(
            new Node(0, 5),
            shard -> shard % 2 == 0 ? null : String.valueOf(shard),
            (a, b) -> "(" + a + "+" + b + ")");
    assertEquals("(1+3)", sum);
    assertNull(SumTree.<String>sum(new Node(0, 3), shard -> null, String::concat));
  }

  /** However the shards are cut into ranges, the pieces finish the same tree. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 8, 13, 16})
  void anyNumberOfWorkersBuildsTheSameTree(int shards) {
    String whole = sum(new Node(0, shards));
    for (int workers = 1; workers <= shards; workers++) {
      Map<Node, String> pieces = new HashMap<>();
      for (int w = 0; w < workers; w++) {
        List<Node> nodes =
            SumTree.subtrees(shards, w * shards / workers, (w + 1) * shards / workers);
        assertTrue(nodes.size() <= 2 * 5, nodes.toString());
        nodes.forEach(node -> pieces.put(node, sum(node)));
      }
      assertEquals(whole, finish(new Node(0, shards), pieces), workers + " workers");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 8})
  void powersOfTwoOfWorkersHoldOneSubtreeEach(int workers) {
    for (int w = 0; w < workers; w++) {
      assertEquals(1, SumTree.subtrees(16, w * 16 / workers, (w + 1) * 16 / workers).size());
    }
  }

  private static String sum(Node node) {
    return SumTree.sum(node, String::valueOf, (a, b) -> "(" + a + "+" + b + ")");
  }

  private static String finish(Node node, Map<Node, String> pieces) {
    String piece = pieces.get(node);
    return piece != null
        ? piece
        : "("
            + finish(new Node(node.from(), node.split()), pieces)
            + "+"
            + finish(new Node(node.split(), node.to()), pieces)
            + ")";
  }
}
