package org.invar.exchange;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.invar.InvarException;

/**
 * What a cluster's owner says about gangs, in Spark's configuration.
 *
 * @param driverHost where workers reach the driver: {@code spark.driver.host}
 * @param bindAddress what the driver listens on: {@code spark.driver.bindAddress}
 * @param driverPort the first port that the driver tries: {@value #DRIVER_PORT}, or 0 for any
 * @param workerPort the first port that a worker tries: {@value #WORKER_PORT}, or 0 for any
 * @param portRetries how many following ports are tried: {@code spark.port.maxRetries}
 * @param encrypted whether Spark encrypts its own channels, and so the gang encrypts its own
 * @param workerTimeout how long a worker may be silent: {@value #WORKER_TIMEOUT}
 * @param stallTimeout how long a worker may let another wait in a step: {@value #STALL_TIMEOUT}
 * @param meetingTimeout how long all workers may take to meet: {@value #MEETING_TIMEOUT}
 * @param replacementWait how long the driver waits for executors to take the place of lost ones:
 *     {@value #REPLACEMENT_WAIT}
 */
public record GangOptions(
    String driverHost,
    String bindAddress,
    int driverPort,
    int workerPort,
    int portRetries,
    boolean encrypted,
    Duration workerTimeout,
    Duration stallTimeout,
    Duration meetingTimeout,
    Duration replacementWait) {
  private static final int FIRST_PORT = 1024;
  private static final int LAST_PORT = 65535;
  private static final String DRIVER_PORT = "spark.invar.driver.port";
  private static final String WORKER_PORT = "spark.invar.worker.port";
  private static final String WORKER_TIMEOUT = "spark.invar.workerTimeout";
  private static final String STALL_TIMEOUT = "spark.invar.stallTimeout";
  private static final String MEETING_TIMEOUT = "spark.invar.meetingTimeout";
  private static final String REPLACEMENT_WAIT = "spark.invar.replacementWait";

  /** Returns what a session says, and the defaults. */
  public static GangOptions of(SparkConf conf) {
    try {
      return read(conf);
    } catch (IllegalArgumentException e) { // Spark's own settings.
      throw new InvarException("Spark's settings: " + e.getMessage() + ".", e);
    }
  }

  private static GangOptions read(SparkConf conf) {
    String host = conf.get("spark.driver.host", "localhost");
    return new GangOptions(
        host,
        conf.get("spark.driver.bindAddress", host),
        port(conf, DRIVER_PORT),
        port(conf, WORKER_PORT),
        conf.getInt("spark.port.maxRetries", 16),
        conf.getBoolean("spark.network.crypto.enabled", false)
            || conf.getBoolean("spark.ssl.rpc.enabled", false),
        seconds(conf, WORKER_TIMEOUT, "10s"),
        seconds(conf, STALL_TIMEOUT, "10min"),
        seconds(conf, MEETING_TIMEOUT, "2min"),
        seconds(conf, REPLACEMENT_WAIT, "5s"));
  }

  private static int port(SparkConf conf, String key) {
    String port = conf.get(key, "0").strip();
    boolean known = port.matches("\\d{1,5}");
    int number = known ? Integer.parseInt(port) : -1;
    if (!known || (number != 0 && (number < FIRST_PORT || number > LAST_PORT))) {
      throw InvarException.of(
          key,
          "0 for any port, or a port from 1024 to 65535",
          port,
          "Set it to one, or leave it out.");
    }
    return number;
  }

  private static Duration seconds(SparkConf conf, String key, String otherwise) {
    try {
      return Duration.ofSeconds(conf.getTimeAsSeconds(key, otherwise));
    } catch (IllegalArgumentException e) {
      throw InvarException.of(
          key,
          "a time such as 90s or 2min",
          conf.get(key, otherwise),
          "The default is " + otherwise + ".");
    }
  }

  /** Returns the settings as they are in effect, by name, in a fixed order. */
  public Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put(DRIVER_PORT, port(driverPort));
    settings.put(WORKER_PORT, port(workerPort));
    settings.put(WORKER_TIMEOUT, workerTimeout.toSeconds() + "s");
    settings.put(REPLACEMENT_WAIT, replacementWait.toSeconds() + "s");
    settings.put(MEETING_TIMEOUT, meetingTimeout.toSeconds() + "s");
    settings.put(STALL_TIMEOUT, stallTimeout.toSeconds() + "s");
    settings.put("frames encrypted, as Spark's own channels are", String.valueOf(encrypted));
    return settings;
  }

  private static String port(int port) {
    return port == 0 ? "any" : port + " and following ones";
  }
}
