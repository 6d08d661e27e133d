package org.invar.source.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

class LibSvmLineTest {
  private static void fault(String line, String expected, String found) {
    Fault fault = LibSvmLine.parse(line).fault();
    assertEquals(expected, fault.expected(), line);
    assertEquals("\"" + found + "\"", fault.found(), line);
  }

  @Test
  void readsLabelIndicesAndValues() {
    LibSvmLine line = LibSvmLine.parse(" -1 1:0.5\t3:-2e3  7:+1 # a comment");
    assertNull(line.fault());
    assertEquals(-1, line.label());
    assertArrayEquals(new int[] {1, 3, 7}, line.indices());
    assertArrayEquals(new int[] {0, 2, 6}, line.positions(false));
    assertArrayEquals(new double[] {0.5, -2000, 1}, line.values());
    assertEquals(0, LibSvmLine.parse("0").indices().length);
  }

  @Test
  void whatIsNoLineIsAFault() {
    fault("a 1:2", "a number for the label", "a");
    fault("1 2", "index:value, where the index is a whole number", "2");
    fault("1 -2:1", "index:value, where the index is a whole number", "-2:1");
    fault("1 qid:3 1:1", "index:value, where the index is a whole number", "qid:3");
    fault("1 1:x", "index:value, where the value is a number", "1:x");
    fault("1 1:0x1p3", "index:value, where the value is a number", "1:0x1p3");
    fault("1 1:2d", "index:value, where the value is a number", "1:2d");
    fault("1 3:1 2:1", "ascending indices", "2 behind 3");
    fault("1 3:1 3:1", "ascending indices", "3 behind 3");
  }

  @Test
  void absurdIndicesAndNumbersAreFaults() {
    fault("1 1:0.5 1073741824:1", "an index of at most 10000000", "1073741824");
    fault("1 99999999999999999999:1", "an index of at most 10000000", "99999999999999999999");
    String digits = "9".repeat(401);
    assertEquals(
        "index:value, where the value is a number",
        LibSvmLine.parse("1 1:" + digits).fault().expected());
  }
}
