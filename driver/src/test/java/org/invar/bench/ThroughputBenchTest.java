package org.invar.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.invar.config.ShardSetting;
import org.invar.source.LocalSpark;
import org.invar.storage.Json;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** What the bench of whole trainings prints; how fast it is decides nothing here. */
class ThroughputBenchTest {
  private static final PeerNetwork TINY =
      new PeerNetwork(
          "tiny", "[maxPool2d: 7, flatten, dense: {units: 8, activation: relu}, dense: 10]");

  @Test
  void printsALineThatOtherLibrariesPrintAndWhereTheTimeGoes() throws Exception {
    List<String> told = run(new ShardSetting.Fixed(2), true, true);

    assertEquals(2, told.size(), told.toString());
    JsonNode line = Json.MAPPER.readTree(told.get(0));
    assertEquals(
        List.of("peer", "workload", "globalBatch", "samplesPerSecond", "windows", "peakMebibytes"),
        names(line));
    assertEquals("invar-local-2threads", line.get("peer").asText());
    assertEquals("tiny", line.get("workload").asText());
    assertEquals(64, line.get("globalBatch").asInt());
    assertTrue(line.get("samplesPerSecond").asLong() > 0, told.get(0));
    assertTrue(line.get("peakMebibytes").asLong() > 50, told.get(0));
    JsonNode windows = line.get("windows");
    assertEquals(2, windows.size(), told.get(0));
    double gap = windows.get(1).get("end").asDouble() - windows.get(0).get("end").asDouble();
    assertEquals(windows.get(1).get("seconds").asDouble(), gap, 0.0021, told.get(0));
    assertEquals(
        line.get("samplesPerSecond").asDouble(),
        (windows.get(0).get("samplesPerSecond").asDouble()
                + windows.get(1).get("samplesPerSecond").asDouble())
            / 2,
        1,
        told.get(0));
    List<String> rows = told.get(1).lines().map(row -> row.replaceAll(" .*", "")).toList();
    assertTrue(
        rows.containsAll(
            List.of("data", "maxPool2d1", "flatten1", "dense1", "dense2", "loss", "total")),
        told.get(1));
    assertTrue(told.get(1).contains("64 samples, 2 shards on 2 threads"), told.get(1));
    assertTrue(told.get(1).contains("a shard's 32 samples on one thread"), told.get(1));
    assertTrue(told.get(1).contains("MFLOP a sample"), told.get(1));
  }

  @Test
  void comparesAutomaticShardsWithAShardACore() throws Exception {
    List<String> told = run(new ShardSetting.Auto(), false, false);

    assertEquals(3, told.size(), told.toString());
    assertEquals("invar-local-2threads-auto", peer(told.get(0)));
    assertEquals("invar-local-2threads", peer(told.get(1)));
    assertFalse(told.get(0).contains("peakMebibytes"));
    assertTrue(
        told.get(2).matches("tiny: shards: auto is \\d+; against 2, a shard a core, .*% .*"),
        told.get(2));
  }

  @Test
  void refusesASessionOnOtherCores() {
    SparkSession spark = LocalSpark.start(1);
    try {
      InvarException refused =
          Assertions.assertThrows(
              InvarException.class, () -> run(new ShardSetting.Fixed(2), false, false));
      assertTrue(refused.getMessage().contains("local[2], found local[1]"), refused.getMessage());
    } finally {
      spark.stop();
    }
  }

  private static List<String> run(ShardSetting shards, boolean breakdown, boolean memory) {
    List<String> told = new ArrayList<>();
    ThroughputBench.run(
        new ThroughputSettings(List.of(TINY), 64, 0.2, 0.05, 2, 2, shards, breakdown, memory),
        told::add);
    return told;
  }

  private static String peer(String line) throws Exception {
    return Json.MAPPER.readTree(line).get("peer").asText();
  }

  private static List<String> names(JsonNode line) {
    List<String> names = new ArrayList<>();
    line.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
