package org.invar.gang;

import java.io.Serializable;
import java.util.Iterator;
import org.apache.spark.SparkEnv;
import org.invar.rows.Shipped;
import scala.Tuple2;

/**
 * What a task of a gang's stage runs: one worker, from its shards to the end of the run.
 *
 * @param plan the gang
 */
public record GangTask(Shipped<GangPlan> plan) implements Serializable {
  /**
   * Runs the worker.
   *
   * @param rank of the worker
   * @param blocks the packed blocks of its shards, each with the name of its split
   */
  public void run(int rank, Iterator<Tuple2<String, byte[]>> blocks) {
    SparkEnv spark = SparkEnv.get();
    int cores = plan.value().cores();
    String host = spark.blockManager().blockManagerId().host();
    try (var session = new GangSession(plan.value(), rank, spark.executorId(), host, cores)) {
      session.run(blocks);
    }
  }
}
