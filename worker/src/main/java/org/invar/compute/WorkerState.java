package org.invar.compute;

import java.lang.ref.SoftReference;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.invar.data.ShardOrder;
import org.invar.rows.ShardLoader;
import org.invar.rows.ShardRows;
import org.jspecify.annotations.Nullable;

/**
 * What one JVM keeps of a run between tasks: decoded shards, their order in the epoch, and compute
 * threads' networks.
 *
 * <p>Safe for use by several threads.
 */
final class WorkerState {
  private static final Map<String, Known> RUNS = new ConcurrentHashMap<>();

  /** Soft: an executor that was not told of a run's end must not keep its data for ever. */
  private static final class Known extends SoftReference<WorkerState> {
    private final Idle idle;

    Known(WorkerState state) {
      super(state);
      this.idle = state.idle;
    }

    private boolean isGone() {
      if (get() != null) {
        return false;
      }
      idle.close();
      return true;
    }
  }

  /** What no task uses now; it holds memory outside the heap, which is freed by hand. */
  private static final class Idle {
    private final Deque<ShardComputer> computers = new ArrayDeque<>();
    private final Deque<GradientBuffer> buffers = new ArrayDeque<>();
    private boolean closed;

    synchronized @Nullable ShardComputer computer() {
      return computers.poll();
    }

    synchronized @Nullable GradientBuffer buffer() {
      return buffers.poll();
    }

    synchronized void add(ShardComputer computer) {
      computers.push(computer);
      freeIfClosed();
    }

    synchronized void add(GradientBuffer buffer) {
      buffers.push(buffer);
      freeIfClosed();
    }

    /** Frees everything, and what is given back later at once. */
    synchronized void close() {
      closed = true;
      freeIfClosed();
    }

    private void freeIfClosed() {
      if (closed) {
        computers.forEach(
            computer -> {
              computer.close();
              computer.weights().close();
            });
        computers.clear();
        buffers.forEach(GradientBuffer::close);
        buffers.clear();
      }
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
  private final Idle idle = new Idle();

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
      released.idle.close();
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

  /** Lends a network to a compute thread and takes it back afterwards. */
  <T> T compute(Function<ShardComputer, T> work) {
    ShardComputer computer = idle.computer();
    if (computer == null) {
      computer = new ShardComputer(plan, new FlatPair(plan.network()));
    }
    try {
      return work.apply(computer);
    } finally {
      idle.add(computer);
    }
  }

  /** Lends vectors for a gradient and takes them back afterwards. */
  <T> T gradient(Function<GradientBuffer, T> work) {
    GradientBuffer buffer = idle.buffer();
    if (buffer == null) {
      buffer = new GradientBuffer(plan.network());
    }
    try {
      return work.apply(buffer);
    } finally {
      idle.add(buffer);
    }
  }
}
