package org.invar.exchange;

import java.util.Collections;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.invar.InvarException;
import org.invar.compute.KernelFingerprint;
import org.invar.config.Job;
import org.invar.rows.Shipped;

/** What the workers' kernels are, before the first step. */
public final class Fingerprints {
  private Fingerprints() {}

  /**
   * Returns the one fingerprint of all workers that answer.
   *
   * @throws InvarException when they differ and the job is exact
   */
  public static KernelFingerprint of(JavaSparkContext spark, Job job) {
    int tasks = Math.max(1, spark.defaultParallelism());
    List<KernelFingerprint> found =
        spark
            .parallelize(Collections.nCopies(tasks, 0), tasks)
            .map(task -> Shipped.of(KernelFingerprint.current()))
            .collect()
            .stream()
            .map(Shipped::value)
            .distinct()
            .toList();
    if (found.size() > 1 && job.settings().train().exact()) {
      throw job.wrong(
          "train.exact",
          "workers whose kernels give the same bits",
          found.get(0) + " and " + found.get(1),
          found.get(0).remedy(found.get(1)) + " Or give up exactness with exact: false.");
    }
    return found.get(0);
  }
}
