package org.invar.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.apache.spark.SparkConf;
import org.invar.exchange.Executors.Executor;
import org.invar.exchange.Executors.Wanted;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many executors an application has asked for, by its configuration. */
class ExecutorsTest {
  @ParameterizedTest
  @CsvSource({
    "'local-cluster[3, 2, 1024]', , , , 3, 0",
    "spark://host:7077, , , , 0, 0",
    "spark://host:7077, 7, , , 0, 7",
    "spark://host:7077, , 2, , 0, 0",
    "spark://host:7077, 7, 2, , 3, 0",
    "yarn, , 4, , 2, 0",
    "k8s://https://host, , , 5, 5, 0"
  })
  void theConfigurationSaysHowMany(
      String master,
      @Nullable String coresMax,
      @Nullable String executorCores,
      @Nullable String instances,
      int executors,
      int cores) {
    SparkConf conf = new SparkConf(false).set("spark.master", master);
    set(conf, "spark.cores.max", coresMax);
    set(conf, "spark.executor.cores", executorCores);
    set(conf, "spark.executor.instances", instances);
    assertEquals(new Wanted(executors, cores), Wanted.of(conf));
  }

  private static void set(SparkConf conf, String key, @Nullable String value) {
    if (value != null) {
      conf.set(key, value);
    }
  }

  @Test
  void allAreThereWhenExecutorsAndCoresAre() {
    List<Executor> two = List.of(new Executor("0", "a:1", 2), new Executor("1", "b:1", 4));
    assertTrue(new Wanted(2, 0).isMetBy(two));
    assertFalse(new Wanted(3, 0).isMetBy(two));
    assertTrue(new Wanted(0, 6).isMetBy(two));
    assertFalse(new Wanted(0, 7).isMetBy(two));
    assertFalse(new Wanted(0, 0).isMetBy(two), "nobody knows how many more will come");
  }
}
