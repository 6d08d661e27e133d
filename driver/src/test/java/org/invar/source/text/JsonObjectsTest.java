package org.invar.source.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class JsonObjectsTest {
  private static void fault(String line, String expected, String found) {
    Fault fault = JsonRows.fault(line);
    assertEquals(expected, fault.expected(), line);
    assertTrue(fault.found().contains(found), fault.found());
  }

  @Test
  void aLineIsOneObject() {
    assertNull(JsonRows.fault("{\"a\": 1, \"b\": [1, {\"c\": NaN}], \"d\": null}"));
    fault("{\"a\": 1, \"b\"", "a JSON object", "{\"a\": 1, \"b\"");
    fault("[{\"a\": 1}]", "a JSON object", "[{");
    fault("{\"a\": 1} {\"a\": 2}", "one JSON object a line", "more behind it");
    fault("{\"a\": 01}", "a JSON object", "at character");
    fault("{\"a\": 1, \"a\": 2}", "a JSON object", "Duplicate field 'a'");
    fault("{\"a\": " + "9".repeat(2000) + "}", "a JSON object", "exceeds the maximum");
  }
}
