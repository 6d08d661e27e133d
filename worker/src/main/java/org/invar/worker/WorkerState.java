package org.invar.worker;

import java.lang.ref.SoftReference;
import java.util.Iterator;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Function;
import org.invar.data.ShardOrder;
import org.jspecify.annotations.Nullable;

/**
 * What one JVM keeps of a run between tasks: decoded shards, their order in the epoch, and compute
 * threads' networks.
 *
 * <p>Safe for use by several threads.
 */
final class WorkerState {
  private static final Map<String, Known> RUNS = new ConcurrentHashMap<>();

  /**
   * Soft: an executor that was not told of a run's end must not keep its data for ever. What its
   * networks hold outside the heap is freed by hand.
   */
  private static final class Known extends SoftReference<WorkerState> {
    private final Queue<ShardComputer> idle;

    Known(WorkerState state) {
      super(state);
      this.idle = state.idle;
    }

    void close() {
      idle.forEach(ShardComputer::close);
      idle.clear();
    }

    private boolean isGone() {
      if (get() != null) {
        return false;
      }
      close();
      return true;
    }
  }

  /** A split's partition. */
  private record Key(String split, int partition) {}

  /** An epoch's permutation of a shard. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Order(long epoch, int[] rows) {}

  private final RunPlan plan;
  private final Map<Key, Map<Integer, ShardRows>> shards = new ConcurrentHashMap<>();
  private final Map<Integer, Order> orders = new ConcurrentHashMap<>();
  private final ConcurrentLinkedDeque<ShardComputer> idle = new ConcurrentLinkedDeque<>();
  private final ConcurrentLinkedDeque<GradientBuffer> buffers = new ConcurrentLinkedDeque<>();

  private WorkerState(RunPlan plan) {
    this.plan = plan;
    plan.checkKernels();
  }

  /** Returns this JVM's state of a run. */
  static WorkerState of(RunPlan plan) {
    RUNS.values().removeIf(Known::isGone);
    WorkerState[] state = new WorkerState[1];
    RUNS.compute(
        plan.runId(),
        (id, known) -> {
          state[0] = known == null ? null : known.get();
          if (state[0] != null) {
            return known;
          }
          state[0] = new WorkerState(plan);
          return new Known(state[0]);
        });
    return state[0];
  }

  /** Forgets a run; its tasks are over. */
  static void release(String runId) {
    Known released = RUNS.remove(runId);
    if (released != null) {
      released.close();
    }
  }

  /** Returns the shards of a partition by number, decoding the blocks the first time. */
  Map<Integer, ShardRows> shards(String split, int partition, Iterator<byte[]> blocks) {
    return shards.computeIfAbsent(new Key(split, partition), key -> decode(split, blocks));
  }

  private Map<Integer, ShardRows> decode(String split, Iterator<byte[]> blocks) {
    ShardLoader loader = new ShardLoader(plan.hashes());
    blocks.forEachRemaining(block -> loader.add(split, block));
    return loader.shards(split);
  }

  /** Returns an epoch's permutation of a shard. */
  int[] order(long epoch, int shard, int rows) {
    @Nullable Order order = orders.get(shard);
    if (order == null || order.epoch() != epoch) {
      order = new Order(epoch, ShardOrder.of(plan.seed(), epoch, shard, rows));
      orders.put(shard, order);
    }
    return order.rows();
  }

  /** Lends vectors for a gradient. */
  GradientBuffer buffer() {
    GradientBuffer buffer = buffers.poll();
    return buffer == null ? new GradientBuffer(plan.network()) : buffer;
  }

  /** Takes back what {@link #buffer} lent. */
  void giveBack(GradientBuffer buffer) {
    buffers.push(buffer);
  }

  /** Lends a network to a compute thread and takes it back afterwards. */
  <T> T compute(Function<ShardComputer, T> work) {
    ShardComputer computer = idle.poll();
    if (computer == null) {
      computer = new ShardComputer(plan, new FlatPair(plan.network()));
    }
    try {
      return work.apply(computer);
    } finally {
      idle.push(computer);
    }
  }
}
