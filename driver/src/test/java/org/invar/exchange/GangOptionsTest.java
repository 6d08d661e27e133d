package org.invar.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.apache.spark.SparkConf;
import org.invar.InvarException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Spark's configuration says of gangs, and what holds where it says nothing. */
class GangOptionsTest {
  @Test
  void anEmptyConfigurationGivesTheDefaults() {
    assertEquals(
        new GangOptions(
            "localhost",
            "localhost",
            0,
            0,
            16,
            false,
            Duration.ofSeconds(10),
            Duration.ofMinutes(10),
            Duration.ofMinutes(2),
            Duration.ofSeconds(5)),
        GangOptions.of(new SparkConf(false)));
  }

  @Test
  void everySettingIsRead() {
    SparkConf conf =
        new SparkConf(false)
            .set("spark.driver.host", "head.example")
            .set("spark.driver.bindAddress", "0.0.0.0")
            .set("spark.invar.driver.port", "7100")
            .set("spark.invar.worker.port", "7200")
            .set("spark.port.maxRetries", "3")
            .set("spark.network.crypto.enabled", "true")
            .set("spark.invar.workerTimeout", "20s")
            .set("spark.invar.stallTimeout", "1h")
            .set("spark.invar.meetingTimeout", "90")
            .set("spark.invar.replacementWait", "2min");
    assertEquals(
        new GangOptions(
            "head.example",
            "0.0.0.0",
            7100,
            7200,
            3,
            true,
            Duration.ofSeconds(20),
            Duration.ofHours(1),
            Duration.ofSeconds(90),
            Duration.ofMinutes(2)),
        GangOptions.of(conf));
  }

  /** Without an address to bind, the driver listens where workers are told that it does. */
  @Test
  void theDriverListensOnItsHost() {
    SparkConf conf = new SparkConf(false).set("spark.driver.host", "10.0.0.7");
    assertEquals("10.0.0.7", GangOptions.of(conf).bindAddress());
    conf.remove("spark.driver.host").set("spark.driver.bindAddress", "0.0.0.0");
    assertEquals("localhost", GangOptions.of(conf).driverHost());
  }

  @ParameterizedTest
  @CsvSource({
    "spark.network.crypto.enabled, true, true",
    "spark.network.crypto.enabled, false, false",
    "spark.ssl.rpc.enabled, true, true",
    "spark.ssl.rpc.enabled, false, false",
    "spark.authenticate, true, false",
    "spark.io.encryption.enabled, true, false"
  })
  void theGangIsEncryptedWhereSparksChannelsAre(String key, String value, boolean encrypted) {
    GangOptions options = GangOptions.of(new SparkConf(false).set(key, value));
    assertEquals(encrypted, options.encrypted());
    assertEquals(
        String.valueOf(encrypted),
        options.settings().get("frames encrypted, as Spark's own channels are"));
  }

  @Test
  void whatIsNoNumberAndNoTimeIsRefusedByName() {
    assertNames("spark.invar.worker.port", "many");
    assertNames("spark.invar.worker.port", "70000");
    assertNames("spark.invar.driver.port", "80");
    assertNames("spark.invar.workerTimeout", "soon");
    assertNames("spark.port.maxRetries", "often");
  }

  private static void assertNames(String key, String value) {
    var e =
        assertThrows(
            InvarException.class, () -> GangOptions.of(new SparkConf(false).set(key, value)));
    assertEquals(true, String.valueOf(e.getMessage()).contains(key), e.toString());
  }
}
