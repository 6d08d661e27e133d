package org.invar.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** JSON has no NaN: a text among numbers breaks whoever reads them. */
class NotANumberTest {
  private static ObjectNode json() {
    ObjectNode json = Json.MAPPER.createObjectNode().put("devLoss", 0.5).put("devF1", Double.NaN);
    json.putArray("scores").add(Double.POSITIVE_INFINITY).add(1);
    Map<String, Double> scores = new LinkedHashMap<>();
    scores.put("a", Double.NaN);
    scores.put("b", 2.5);
    json.set("history", Json.MAPPER.valueToTree(List.of(scores)));
    return json;
  }

  @Test
  void itIsWrittenAsNull() {
    String line =
        "{\"devLoss\":0.5,\"devF1\":null,\"scores\":[null,1],\"history\":[{\"a\":null,\"b\":2.5}]}";
    assertEquals(line, Json.line(json()));
    assertEquals(
        line, new String(Json.text(json()), StandardCharsets.UTF_8).replaceAll("[\\s]", ""));
  }

  @Test
  void itIsReadAgainInMapsAndLists() throws IOException {
    String history = Json.MAPPER.readTree(Json.line(json())).path("history").toString();
    List<Map<String, Double>> read = Json.MAPPER.readValue(history, new TypeReference<>() {});
    assertEquals(Map.of("a", Double.NaN, "b", 2.5), read.get(0));
    assertEquals(
        List.of(1.0, Double.NaN),
        Json.MAPPER.convertValue(
            Json.MAPPER.readTree("[1, null]"), new TypeReference<List<Double>>() {}));
  }
}
