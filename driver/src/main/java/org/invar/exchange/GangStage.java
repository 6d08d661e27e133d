package org.invar.exchange;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkJobInfo;
import org.apache.spark.SparkStageInfo;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.resource.ResourceProfileBuilder;
import org.apache.spark.resource.TaskResourceRequests;
import org.invar.gang.GangPlan;
import org.invar.gang.GangTask;
import org.invar.rows.Shipped;
import org.invar.source.PackedDataset;
import org.invar.source.PackedSplits;
import org.invar.source.Split;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;

/**
 * The one Spark job that runs a gang: a barrier stage of one task an executor, or one plain task in
 * local mode.
 */
final class GangStage implements AutoCloseable {
  private final JavaSparkContext spark;
  private final String group;
  private final CompletableFuture<Void> end = new CompletableFuture<>();

  private GangStage(JavaSparkContext spark, String group) {
    this.spark = spark;
    this.group = group;
  }

  /**
   * Starts the job.
   *
   * @param splits have one partition a worker, except in local mode
   * @param ended called when the job is over
   */
  static GangStage start(
      JavaSparkContext spark, GangPlan plan, PackedSplits splits, Runnable ended) {
    var stage = new GangStage(spark, plan.run().runId() + "/" + plan.attempt());
    var task = new GangTask(Shipped.of(plan));
    String description = description(spark, plan);
    Thread thread =
        new Thread(
            () -> {
              try {
                spark.setJobGroup(stage.group, description, true);
                if (spark.isLocal()) {
                  blocks(splits).coalesce(1).foreachPartition(rows -> task.run(0, rows));
                } else {
                  barrier(blocks(splits), task, plan.cores());
                }
                stage.end.complete(null);
              } catch (Throwable e) { // Spark throws what its methods do not declare.
                stage.end.completeExceptionally(e);
              } finally {
                ended.run();
              }
            },
            "invar-gang");
    thread.setDaemon(true);
    thread.start();
    return stage;
  }

  /** What the caller's jobs are described by, such as a trial's values, and the gang's size. */
  private static String description(JavaSparkContext spark, GangPlan plan) {
    @Nullable String callers = spark.getLocalProperty("spark.job.description");
    return "%s, gang of %d"
        .formatted(callers == null ? plan.run().runId() : callers, plan.workers());
  }

  private static void barrier(JavaRDD<Tuple2<String, byte[]>> blocks, GangTask task, int cores) {
    ResourceProfile profile =
        new ResourceProfileBuilder().require(new TaskResourceRequests().cpus(cores)).build();
    var run =
        (scala.Function1<
                    scala.collection.Iterator<Tuple2<String, byte[]>>,
                    scala.collection.Iterator<Object>>
                & Serializable)
            rows -> {
              int rank = BarrierTaskContext.get().partitionId();
              task.run(rank, CollectionConverters.asJava(rows));
              return CollectionConverters.asScala(Collections.<Object>emptyIterator());
            };
    blocks
        .withResources(profile)
        .rdd()
        .barrier()
        .mapPartitions(run, false, ClassTag$.MODULE$.apply(Object.class))
        .count();
  }

  /** The blocks of all splits, each with its split's name; partition n has those of worker n. */
  private static JavaRDD<Tuple2<String, byte[]>> blocks(PackedSplits splits) {
    JavaRDD<Tuple2<String, byte[]>> all = null;
    for (Split split : Split.values()) {
      @Nullable PackedDataset data = splits.of(split);
      if (data != null) {
        JavaRDD<Tuple2<String, byte[]>> named = data.blocks().map(named(split.label()));
        all = all == null ? named : all.zipPartitions(named, GangStage::chained);
      }
    }
    if (all == null) {
      throw new IllegalStateException("no splits");
    }
    return all;
  }

  private static Function<byte[], Tuple2<String, byte[]>> named(String split) {
    return block -> new Tuple2<>(split, block);
  }

  private static Iterator<Tuple2<String, byte[]>> chained(
      Iterator<Tuple2<String, byte[]>> first, Iterator<Tuple2<String, byte[]>> second) {
    Iterable<Tuple2<String, byte[]>> left = () -> first;
    Iterable<Tuple2<String, byte[]>> right = () -> second;
    return Stream.concat(
            StreamSupport.stream(left.spliterator(), false),
            StreamSupport.stream(right.spliterator(), false))
        .iterator();
  }

  /** Returns how many tasks of its newest stage run now. */
  int running() {
    int running = 0;
    for (int job : spark.statusTracker().getJobIdsForGroup(group)) {
      SparkJobInfo info = spark.statusTracker().getJobInfo(job);
      int last = info == null ? -1 : Arrays.stream(info.stageIds()).max().orElse(-1);
      SparkStageInfo stage = spark.statusTracker().getStageInfo(last);
      running += stage == null ? 0 : stage.numActiveTasks();
    }
    return running;
  }

  /** Whether the job is over. */
  boolean isOver() {
    return end.isDone();
  }

  /** Returns why the job failed, or null. */
  @Nullable Throwable failure() {
    return end.isCompletedExceptionally() ? end.handle((nothing, failure) -> failure).join() : null;
  }

  /** Waits for the end of the job; returns whether it came. */
  boolean await(long millis) throws InterruptedException {
    long deadline = System.nanoTime() + millis * 1_000_000;
    while (!isOver() && System.nanoTime() < deadline) {
      Thread.sleep(5);
    }
    return isOver();
  }

  /** Cancels the job where it is not over. */
  @Override
  public void close() {
    if (!isOver()) {
      // Also one that Spark has not begun, as it waits between looks for free cores.
      spark.sc().cancelJobGroupAndFutureJobs(group);
    }
  }
}
