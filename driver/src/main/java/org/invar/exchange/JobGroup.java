package org.invar.exchange;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.jspecify.annotations.Nullable;

/**
 * The group and the description that a thread's Spark jobs have for a while; closing it gives the
 * thread back those that it had before, or none.
 *
 * <p>To be closed by the thread that made it.
 */
public final class JobGroup implements AutoCloseable {
  private final JavaSparkContext spark;
  private final Map<String, @Nullable String> before = new LinkedHashMap<>();

  /** Gives the jobs of this thread a group; those that are cancelled are interrupted. */
  public JobGroup(JavaSparkContext spark, String id, String description) {
    this.spark = spark;
    for (String property :
        new String[] {
          "spark.jobGroup.id", "spark.job.description", "spark.job.interruptOnCancel"
        }) {
      before.put(property, spark.getLocalProperty(property));
    }
    spark.setJobGroup(id, description, true);
  }

  @Override
  public void close() {
    before.forEach(spark::setLocalProperty);
  }
}
