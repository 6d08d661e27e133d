package org.invar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.scheduler.SchedulingMode;
import org.apache.spark.sql.SparkSession;
import org.invar.source.LocalSpark;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FairPoolsTest {
  private static final String MODE = "spark.scheduler.mode";
  private static final String SETTING = "spark.scheduler.allocation.file";
  private static final String POOL = "invar-search";
  private static final ClassLoader SPARK = SparkSession.class.getClassLoader();

  @BeforeEach
  void beFair() {
    System.setProperty(MODE, "FAIR");
  }

  @AfterEach
  void forget() {
    System.clearProperty(MODE);
    System.clearProperty(SETTING);
  }

  @Test
  void sparkFindsThePoolBesideItsClasses() {
    SparkSession spark = LocalSpark.start(1);
    try {
      var pool = spark.sparkContext().getPoolForName(POOL).get();
      assertEquals(SchedulingMode.FAIR(), pool.schedulingMode());
    } finally {
      spark.stop();
    }
  }

  private static SparkSession session(ClassLoader sparks) {
    SparkSession.Builder builder = SparkSession.builder().master("local[1]");
    builder.config("spark.ui.enabled", "false").config("spark.driver.host", "127.0.0.1");
    try (FairPools pools = FairPools.of(builder, sparks)) {
      return pools.session();
    }
  }

  /** As under spark-submit, whose classes are not with those of the job jar. */
  @Test
  void whereSparkFindsNoneItGetsACopy() throws Exception {
    try (var elsewhere = new URLClassLoader(new URL[0], ClassLoader.getPlatformClassLoader())) {
      SparkSession spark = session(elsewhere);
      try {
        Path copy = Path.of(URI.create(spark.sparkContext().getConf().get(SETTING)));
        assertFalse(Files.exists(copy), "left behind");
        var pool = spark.sparkContext().getPoolForName(POOL).get();
        assertEquals(SchedulingMode.FAIR(), pool.schedulingMode());
      } finally {
        spark.stop();
      }
    }
  }

  @Test
  void aFileOfTheUsersIsTheOneThatSparkReads() {
    String file = FairPoolsTest.class.getResource("pools.xml").toString();
    System.setProperty(SETTING, file);
    SparkSession spark = session(SPARK);
    try {
      assertEquals(file, spark.sparkContext().getConf().get(SETTING));
      assertTrue(spark.sparkContext().getPoolForName("mine").isDefined());
      assertTrue(spark.sparkContext().getPoolForName(POOL).isEmpty());
    } finally {
      spark.stop();
    }
  }
}
