package org.invar.exchange;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.invar.compute.RunPlan;
import org.invar.config.TrainSettings;
import org.invar.source.PackedSplits;
import org.jspecify.annotations.Nullable;

/** The {@code driver} exchange of a run; there is one only, as Spark retries what is lost. */
public record DriverExchanges(
    JavaSparkContext spark,
    RunPlan plan,
    PackedSplits splits,
    TrainSettings settings,
    Configuration hadoop)
    implements Exchanges {
  @Override
  public Exchange open(@Nullable Start start) throws IOException {
    return new DriverExchange(spark, plan, splits, settings, hadoop, start);
  }

  @Override
  public int workers() {
    return splits.train().blocks().getNumPartitions();
  }
}
