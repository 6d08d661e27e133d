package org.invar.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.invar.tensor.SumTree;
import org.junit.jupiter.api.Test;

class ShardsTest {
  @Test
  void autoFollowsBatchSizeAndRows() {
    assertEquals(1, Shards.auto(1, 1000));
    assertEquals(1, Shards.auto(7, 1000));
    assertEquals(2, Shards.auto(8, 1000));
    assertEquals(4, Shards.auto(16, 1000));
    assertEquals(4, Shards.auto(128, 1000));
    assertEquals(8, Shards.auto(256, 1000));
    assertEquals(8, Shards.auto(500, 1000));
    assertEquals(64, Shards.auto(4096, 100_000));
    assertEquals(64, Shards.auto(1 << 20, 100_000));
    assertEquals(2, Shards.auto(256, 3));
    assertThrows(IllegalArgumentException.class, () -> Shards.auto(0, 3));
  }

  @Test
  void rangesCoverEveryShardOnceAndAreBalanced() {
    for (int shards = 1; shards <= 40; shards++) {
      for (int partitions = 1; partitions <= 45; partitions++) {
        int next = 0;
        for (int p = 0; p < partitions; p++) {
          var range = Shards.range(shards, partitions, p);
          assertEquals(next, range.from());
          int size = range.to() - range.from();
          assertTrue(size == shards / partitions || size == shards / partitions + 1);
          for (int shard = range.from(); shard < range.to(); shard++) {
            assertEquals(p, Shards.partition(shards, partitions, shard));
          }
          next = range.to();
        }
        assertEquals(shards, next);
      }
    }
  }

  @Test
  void powersOfTwoGiveOneSubtreeEach() {
    for (int shards = 1; shards <= 64; shards *= 2) {
      for (int partitions = 1; partitions <= shards; partitions *= 2) {
        for (int p = 0; p < partitions; p++) {
          var range = Shards.range(shards, partitions, p);
          assertEquals(1, SumTree.subtrees(shards, range.from(), range.to()).size());
        }
      }
    }
  }

  @Test
  void orderIsAPermutationThatItsKeyDecides() {
    int[] order = ShardOrder.of(1, 2, 3, 100);
    assertArrayEquals(order, ShardOrder.of(1, 2, 3, 100));
    assertFalse(Arrays.equals(order, ShardOrder.of(1, 3, 3, 100)));
    assertFalse(Arrays.equals(order, ShardOrder.of(1, 2, 4, 100)));
    assertFalse(Arrays.equals(order, ShardOrder.of(2, 2, 3, 100)));
    int[] sorted = order.clone();
    Arrays.sort(sorted);
    assertArrayEquals(IntStream.range(0, 100).toArray(), sorted);
    assertEquals(0, ShardOrder.of(1, 2, 3, 0).length);
  }
}
