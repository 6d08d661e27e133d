package org.invar.worker;

import java.lang.ref.SoftReference;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Function;
import org.invar.InvarException;
import org.invar.data.ShardOrder;
import org.jspecify.annotations.Nullable;

/**
 * What one JVM keeps of a run between tasks: decoded shards, their order in the epoch, and compute
 * threads' networks.
 *
 * <p>Safe for use by several threads.
 */
final class WorkerState {
  // Soft: an executor that was not told of a run's end must not keep its data for ever.
  private static final Map<String, SoftReference<WorkerState>> RUNS = new ConcurrentHashMap<>();

  /** A split's partition. */
  private record Key(String split, int partition) {}

  /** An epoch's permutation of a shard. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Order(long epoch, int[] rows) {}

  private final RunPlan plan;
  private final Map<Key, Map<Integer, ShardRows>> shards = new ConcurrentHashMap<>();
  private final Map<Integer, Order> orders = new ConcurrentHashMap<>();
  private final ConcurrentLinkedDeque<ShardComputer> idle = new ConcurrentLinkedDeque<>();

  private WorkerState(RunPlan plan) {
    this.plan = plan;
    KernelFingerprint required = plan.fingerprint();
    KernelFingerprint found = KernelFingerprint.current();
    if (required != null && !required.equals(found)) {
      throw InvarException.of(
          "a worker that joined the run",
          "the kernels of the others, " + required,
          found.toString(),
          "Use machines of one kind with the same settings, or give up exactness with train.exact:"
              + " false.");
    }
  }

  /** Returns this JVM's state of a run. */
  static WorkerState of(RunPlan plan) {
    RUNS.values().removeIf(other -> other.get() == null);
    WorkerState[] state = new WorkerState[1];
    RUNS.compute(
        plan.runId(),
        (id, known) -> {
          state[0] = known == null ? null : known.get();
          if (state[0] != null) {
            return known;
          }
          state[0] = new WorkerState(plan);
          return new SoftReference<>(state[0]);
        });
    return state[0];
  }

  /** Forgets a run; its tasks are over. */
  static void release(String runId) {
    RUNS.remove(runId);
  }

  /** Returns the shards of a partition by number, decoding the blocks the first time. */
  Map<Integer, ShardRows> shards(String split, int partition, Iterator<byte[]> blocks) {
    return shards.computeIfAbsent(new Key(split, partition), key -> decode(split, blocks));
  }

  private Map<Integer, ShardRows> decode(String split, Iterator<byte[]> blocks) {
    Map<Integer, ShardRows> decoded = new TreeMap<>();
    Map<Integer, ShardDigest> digests = new TreeMap<>();
    BlockCodec codec = new BlockCodec();
    while (blocks.hasNext()) {
      byte[] bytes = blocks.next();
      PackedBlock block = codec.decode(bytes);
      decoded.computeIfAbsent(block.shard(), shard -> new ShardRows()).add(block);
      digests.computeIfAbsent(block.shard(), shard -> new ShardDigest()).add(bytes);
    }
    List<String> expected = plan.hashes().getOrDefault(split, List.of());
    digests.forEach((shard, digest) -> check(split, shard, expected, digest.hex()));
    return decoded;
  }

  /** Spark makes lost blocks again from the source, which may have changed since. */
  private static void check(String split, int shard, List<String> expected, String found) {
    if (!expected.isEmpty() && !expected.get(shard).equals(found)) {
      throw InvarException.of(
          "shard " + shard + " of " + split,
          "rows with hash " + expected.get(shard) + ", as at the start of the run",
          found,
          "The source has changed while the run read it again: put it back and go on with --resume.");
    }
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
    ShardComputer computer = idle.poll();
    if (computer == null) {
      computer = new ShardComputer(plan);
    }
    try {
      return work.apply(computer);
    } finally {
      idle.push(computer);
    }
  }
}
