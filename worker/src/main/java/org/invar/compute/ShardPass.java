package org.invar.compute;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.invar.compute.Slicing.Chunk;
import org.invar.compute.StepResult.NonFinite;
import org.invar.data.ShardOrder;
import org.invar.data.Shards;
import org.invar.rows.ShardRows;
import org.invar.rows.SplitNames;
import org.invar.tensor.SumTree;
import org.invar.tensor.SumTree.Node;
import org.jspecify.annotations.Nullable;

/**
 * A worker's passes over its shards, spread over its compute threads.
 *
 * <p>Every thread has a contiguous range of the shards, adds them up depth-first in vectors outside
 * the heap, and leaves the sums of its maximal subtrees. Used by the thread that has the compute
 * threads.
 */
public final class ShardPass implements AutoCloseable {
  /** The sum of a node of the canonical tree. */
  @SuppressWarnings("ArrayRecordComponent")
  public record Sum(Node node, GradientBuffer buffer, double[] scores) {
    /** Returns the vectors of the sum, until it is released. */
    public Piece piece() {
      return buffer.vectors();
    }
  }

  private final RunPlan plan;
  private final Shards.Range range;
  private final Map<String, Map<Integer, ShardRows>> splits;
  private final ComputeThreads threads;
  private final List<ShardComputer> computers;
  private final List<TreeSum.Scratch> scratches = new ArrayList<>();
  private final ConcurrentLinkedDeque<GradientBuffer> free = new ConcurrentLinkedDeque<>();

  /** All buffers, with those that a failed step did not give back. */
  private final Queue<GradientBuffer> made = new ConcurrentLinkedQueue<>();

  private final int[][] orders;
  private final boolean[] broken;
  private long epochOfOrders = -1;

  /**
   * Makes the passes.
   *
   * @param range the worker's shards
   * @param splits the shards of each split by number
   * @param weights what to compute with
   */
  public ShardPass(
      RunPlan plan,
      Shards.Range range,
      Map<String, Map<Integer, ShardRows>> splits,
      ComputeThreads threads,
      FlatPair weights) {
    this.plan = plan;
    this.range = range;
    this.splits = splits;
    this.threads = threads;
    this.orders = new int[plan.shards()][];
    this.broken = new boolean[plan.shards()];
    for (int i = 0; i < threads.count(); i++) {
      scratches.add(new TreeSum.Scratch());
    }
    // Last, as nobody would close them after a failure.
    this.computers = computers(threads.count(), () -> new ShardComputer(plan, weights));
  }

  /** Returns that many computers; where one cannot be made, those before it are closed. */
  static List<ShardComputer> computers(int count, Supplier<ShardComputer> maker) {
    List<ShardComputer> made = new ArrayList<>(count);
    try {
      for (int i = 0; i < count; i++) {
        made.add(maker.get());
      }
    } catch (Throwable e) { // Memory may have ended.
      made.forEach(ShardComputer::close);
      throw e;
    }
    return made;
  }

  /** Returns the maximal subtrees of a range that have rows in a mini-batch. */
  public static List<Node> nodes(int shards, Shards.Range range, int[] from, int[] to) {
    return SumTree.subtrees(shards, range.from(), range.to()).stream()
        .filter(
            node -> {
              boolean rows = false;
              for (int shard = node.from(); shard < node.to(); shard++) {
                rows |= from[shard] < to[shard];
              }
              return rows;
            })
        .toList();
  }

  /**
   * Computes the sums of a step, from left to right; {@link #release} gives their vectors back.
   *
   * @param from the first index of each shard's permutation that the mini-batch takes
   * @param to the index behind its last
   */
  public List<Sum> gradient(long epoch, long step, int[] from, int[] to)
      throws InterruptedException {
    if (epoch != epochOfOrders) {
      Arrays.fill(orders, null);
      epochOfOrders = epoch;
    }
    List<List<Sum>> found = new ArrayList<>();
    for (int i = 0; i < threads.count(); i++) {
      found.add(new ArrayList<>());
    }
    threads.run(
        thread -> {
          for (Node node : nodes(plan.shards(), part(thread), from, to)) {
            Sum sum =
                SumTree.sum(
                    node, shard -> gradient(thread, shard, epoch, step, from, to), this::add);
            if (sum != null) {
              found.get(thread).add(new Sum(node, sum.buffer(), sum.scores()));
            }
          }
        });
    return found.stream().flatMap(List::stream).toList();
  }

  /** Returns how many passes over rows of a shard are complete; from any thread. */
  public long passes() {
    return computers.stream().mapToLong(ShardComputer::passes).sum();
  }

  private Shards.Range part(int thread) {
    Shards.Range part = Shards.range(range.to() - range.from(), threads.count(), thread);
    return new Shards.Range(range.from() + part.from(), range.from() + part.to());
  }

  private @Nullable Sum gradient(
      int thread, int shard, long epoch, long step, int[] from, int[] to) {
    if (from[shard] == to[shard]) {
      return null;
    }
    ShardComputer.checkInterrupt();
    ShardRows rows = rows(shard);
    if (orders[shard] == null) {
      orders[shard] = ShardOrder.of(plan.seed(), epoch, shard, rows.rows());
    }
    GradientBuffer buffer = free.poll();
    if (buffer == null) {
      buffer = new GradientBuffer(plan.network());
      made.add(buffer);
    }
    double[] scores =
        computers
            .get(thread)
            .gradient(rows, shard, orders[shard], from[shard], to[shard], epoch, step, buffer);
    broken[shard] = !Scores.finite(scores);
    return new Sum(new Node(shard, shard + 1), buffer, scores);
  }

  private ShardRows rows(int shard) {
    ShardRows rows = splits.getOrDefault(SplitNames.TRAIN, Map.of()).get(shard);
    if (rows == null) {
      throw new IllegalStateException("no rows of shard " + shard + " arrived");
    }
    return rows;
  }

  private Sum add(Sum left, Sum right) {
    left.buffer().vectors().add(right.buffer().vectors());
    free.push(right.buffer());
    return new Sum(left.node(), left.buffer(), Scores.add(left.scores(), right.scores()));
  }

  /**
   * Adds threads' sums up to the maximal subtrees of the worker, in parallel over slices of the
   * vectors, in place.
   *
   * @param sums of the threads, which are used up
   * @param nodes the worker's subtrees
   * @param chunks of all the vectors
   */
  public List<Sum> combine(List<Sum> sums, List<Node> nodes, List<Chunk> chunks)
      throws InterruptedException {
    if (sums.size() == nodes.size()) {
      return sums;
    }
    Map<Node, Sum> known = new HashMap<>();
    Map<Node, Piece> pieces = new HashMap<>();
    for (Sum sum : sums) {
      known.put(sum.node(), sum);
      pieces.put(sum.node(), sum.piece());
    }
    List<Sum> combined = new ArrayList<>();
    for (Node node : nodes) {
      List<Sum> inside =
          sums.stream()
              .filter(sum -> node.from() <= sum.node().from() && sum.node().to() <= node.to())
              .toList();
      GradientBuffer first = inside.get(0).buffer();
      if (inside.size() > 1) {
        TreeSum tree = TreeSum.of(node, pieces);
        overChunks(
            chunks,
            (chunk, scratch) -> {
              float[] result = scratch.result();
              tree.sum(chunk.at(), result, chunk.length(), scratch);
              first.vectors().write(chunk.at(), result, 0, chunk.length());
            });
        inside.subList(1, inside.size()).forEach(sum -> free.push(sum.buffer()));
      }
      combined.add(new Sum(node, first, scores(node, known)));
    }
    return combined;
  }

  /** Returns the canonical sum of scores over a node; of no rows zeros. */
  public double[] scores(Node node, List<Sum> sums) {
    Map<Node, Sum> known = new HashMap<>();
    sums.forEach(sum -> known.put(sum.node(), sum));
    return scores(node, known);
  }

  private double[] scores(Node node, Map<Node, Sum> known) {
    double[] scores =
        SumTree.finish(
            node,
            part -> {
              Sum sum = known.get(part);
              return sum == null ? null : sum.scores().clone();
            },
            Scores::add);
    return scores == null ? plan.stepScores().zero() : scores;
  }

  /** What is done with a chunk. */
  public interface ChunkWork {
    /** Treats one, with what the calling thread may write into. */
    void accept(Chunk chunk, TreeSum.Scratch scratch);
  }

  /** Treats all chunks, in any order, spread over the compute threads. */
  public void overChunks(List<Chunk> chunks, ChunkWork work) throws InterruptedException {
    AtomicInteger next = new AtomicInteger();
    if (chunks.size() <= 2) {
      chunks.forEach(chunk -> work.accept(chunk, scratches.get(0)));
      return;
    }
    threads.run(
        thread -> {
          for (int i = next.getAndIncrement(); i < chunks.size(); i = next.getAndIncrement()) {
            work.accept(chunks.get(i), scratches.get(thread));
          }
        });
  }

  /** Takes the vectors of sums back. */
  public void release(List<Sum> sums) {
    sums.forEach(sum -> free.push(sum.buffer()));
  }

  /**
   * Returns the first shard of the mini-batch just computed whose loss is not finite, {@link
   * Integer#MAX_VALUE} where none of this worker's is, and what first stopped being finite there.
   */
  public NonFinite diagnosis(long epoch, long step, int[] from, int[] to) {
    for (int shard = range.from(); shard < range.to(); shard++) {
      if (from[shard] < to[shard] && broken[shard]) {
        String what =
            computers
                .get(0)
                .firstNonFinite(
                    rows(shard), shard, orders[shard], from[shard], to[shard], epoch, step);
        return new NonFinite(shard, what == null ? "the loss" : what);
      }
    }
    return new NonFinite(Integer.MAX_VALUE, "the loss");
  }

  /** Frees what is outside the heap; the compute threads have nothing to do any more. */
  @Override
  public void close() throws InterruptedException {
    try {
      threads.run(thread -> computers.get(thread).close());
    } finally {
      made.forEach(GradientBuffer::close);
    }
  }

  /** Returns the scores of the worker's shards of a split. */
  public SplitScores evaluate(String split) throws InterruptedException {
    Map<Integer, ShardRows> shards = splits.getOrDefault(split, Map.of());
    double[][] scores = new double[plan.shards()][];
    AtomicInteger next = new AtomicInteger(range.from());
    threads.run(
        thread -> {
          for (int shard = next.getAndIncrement();
              shard < range.to();
              shard = next.getAndIncrement()) {
            ShardRows rows = shards.get(shard);
            if (rows != null) {
              scores[shard] = computers.get(thread).scores(rows);
            }
          }
        });
    List<Node> nodes = new ArrayList<>();
    List<double[]> sums = new ArrayList<>();
    for (Node node : SumTree.subtrees(plan.shards(), range.from(), range.to())) {
      double[] sum = SumTree.sum(node, shard -> scores[shard], Scores::add);
      if (sum != null) {
        nodes.add(node);
        sums.add(sum);
      }
    }
    return new SplitScores(nodes, sums);
  }
}
