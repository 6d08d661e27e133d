package org.invar.rows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.invar.data.Normalization;
import org.invar.data.RowLayout;
import org.invar.tensor.DType;
import org.invar.tensor.Field;
import org.invar.tensor.Shape;
import org.invar.tensor.Type;
import org.junit.jupiter.api.Test;

/** The data of a search, which all tasks of a process read. */
class SharedShardsTest {
  private static final int SHARDS = 4;
  private static final RowLayout BYTES =
      new RowLayout(
          List.of(Field.of("x", DType.UINT8, Type.of(Shape.of(1)))),
          List.of(Field.of("y", DType.INT32, Type.of(Shape.of(1)))));
  private static final Map<String, List<String>> UNCHECKED = Map.of(SplitNames.TRAIN, List.of());

  private static void handOver(BiConsumer<String, byte[]> each) {
    for (int shard = 0; shard < SHARDS; shard++) {
      byte[] row =
          new RowCodec(BYTES)
              .encode(List.of(Values.of(new byte[] {(byte) shard}), Values.of(new int[] {1})), 1);
      List<byte[]> rows = List.of(ShardedRow.of(shard, new Identity(0, shard), row));
      new BlockPacker(rows.iterator(), BYTES, Normalization.scaling(1))
          .forEachRemaining(block -> each.accept(SplitNames.TRAIN, block));
    }
  }

  /** A task that asks while another one decodes waits for it and gets the same. */
  @Test
  void twoTasksOfAProcessShareWhatIsHandedOverOnce() throws Exception {
    var handedOver = new AtomicInteger();
    var begun = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    Consumer<BiConsumer<String, byte[]>> blocks =
        each -> {
          handedOver.incrementAndGet();
          begun.countDown();
          try {
            assertTrue(goOn.await(1, TimeUnit.MINUTES));
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          handOver(each);
        };
    var first = new FutureTask<>(() -> SharedShards.of("both", UNCHECKED, blocks));
    var second = new FutureTask<>(() -> SharedShards.of("both", UNCHECKED, blocks));
    new Thread(first).start();
    assertTrue(begun.await(1, TimeUnit.MINUTES));
    Thread other = new Thread(second);
    other.start();
    // Until it waits for the first one, or decodes the data once more.
    while (other.isAlive() && other.getState() != Thread.State.BLOCKED && handedOver.get() == 1) {
      Thread.onSpinWait();
    }
    goOn.countDown();
    SharedShards shared = first.get(1, TimeUnit.MINUTES);
    assertSame(shared, second.get(1, TimeUnit.MINUTES));
    assertSame(shared, SharedShards.of("both", UNCHECKED, blocks));
    assertEquals(1, handedOver.get());
    assertEquals(Set.of(0, 1, 2, 3), shared.splits().get(SplitNames.TRAIN).keySet());

    assertNotSame(shared, SharedShards.of("others", UNCHECKED, blocks));
    assertEquals(2, handedOver.get());
    SharedShards.release("both");
    assertNotSame(shared, SharedShards.of("both", UNCHECKED, blocks));
    assertEquals(3, handedOver.get());
    SharedShards.release("both");
    SharedShards.release("others");
  }

  @Test
  void aFoldTakesItsDevSetOutOfTheSameRows() {
    SharedShards whole = SharedShards.of("folds", UNCHECKED, SharedShardsTest::handOver);
    Map<Integer, ShardRows> all = whole.splits().get(SplitNames.TRAIN);
    SharedShards fold = whole.fold(1, 3);
    assertEquals(Set.of(0, 2, 3), fold.splits().get(SplitNames.TRAIN).keySet());
    assertEquals(Set.of(1), fold.splits().get(SplitNames.DEV).keySet());
    assertSame(all.get(1), fold.splits().get(SplitNames.DEV).get(1));
    assertSame(all.get(3), fold.splits().get(SplitNames.TRAIN).get(3));
    SharedShards.release("folds");
  }
}
