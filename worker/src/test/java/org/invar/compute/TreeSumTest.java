package org.invar.compute;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.invar.tensor.SumTree;
import org.invar.tensor.SumTree.Node;
import org.junit.jupiter.api.Test;

class TreeSumTest {
  private static final int LENGTH = 20_000;

  @Test
  void chunksHaveTheBitsOfTheCanonicalSum() {
    var random = new SplittableRandom(3);
    for (int shards : new int[] {1, 2, 3, 7, 16, 33}) {
      float[][] leaves = new float[shards][];
      Map<Node, Piece> pieces = new HashMap<>();
      for (int shard = 0; shard < shards; shard++) {
        if (shards == 1 || random.nextInt(4) > 0) {
          float[] values = values(random);
          leaves[shard] = values;
          pieces.put(new Node(shard, shard + 1), piece(values));
        }
      }
      float[] expected =
          SumTree.sum(
              new Node(0, shards),
              shard -> leaves[shard] == null ? null : leaves[shard].clone(),
              TreeSumTest::add);
      TreeSum sum = TreeSum.of(new Node(0, shards), pieces);
      float[] found = new float[LENGTH];
      float[] part = new float[4096];
      var scratch = new TreeSum.Scratch();
      for (int at = 0; at < LENGTH; at += 4096) {
        int length = Math.min(part.length, LENGTH - at);
        sum.sum(at, part, length, scratch);
        System.arraycopy(part, 0, found, at, length);
      }
      assertFalse(sum.isEmpty());
      assertArrayEquals(expected, found, shards + " shards");
    }
  }

  @Test
  void nodesThatAreKnownAsAWholeCountOnce() {
    float[] whole = values(new SplittableRandom(4));
    TreeSum sum =
        TreeSum.of(
            new Node(0, 8),
            Map.of(new Node(0, 4), piece(whole), new Node(1, 2), piece(new float[LENGTH])));
    float[] found = new float[100];
    sum.sum(50, found, 100, new TreeSum.Scratch());
    assertArrayEquals(Arrays.copyOfRange(whole, 50, 150), found);
  }

  @Test
  void withoutPiecesNothingIsWritten() {
    TreeSum sum = TreeSum.of(new Node(0, 8), Map.of());
    float[] found = {1, 2, 3};
    sum.sum(0, found, 3, new TreeSum.Scratch());
    assertTrue(sum.isEmpty());
    assertArrayEquals(new float[] {1, 2, 3}, found);
  }

  private static Piece piece(float[] values) {
    return (at, to, length) -> System.arraycopy(values, at, to, 0, length);
  }

  private static float[] values(SplittableRandom random) {
    float[] values = new float[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      values[i] = (float) (random.nextDouble() - 0.5);
    }
    return values;
  }

  private static float[] add(float[] left, float[] right) {
    for (int i = 0; i < left.length; i++) {
      left[i] += right[i];
    }
    return left;
  }
}
