package org.invar.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.stream.StreamSupport;

/** Reads golden files and compares with them: relative to the largest magnitude of a tensor. */
public final class Golden {
  private static final double TOLERANCE = 1e-5;

  private Golden() {}

  /** Returns the golden file of that name. */
  public static JsonNode read(String name) {
    String resource = "/golden/" + name + ".json";
    try (var stream =
        Objects.requireNonNull(Golden.class.getResourceAsStream(resource), resource)) {
      return new ObjectMapper().readTree(stream);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns an array of numbers, or the data of a tensor. */
  public static double[] doubles(JsonNode node) {
    JsonNode data = node.has("data") ? node.get("data") : node;
    return StreamSupport.stream(data.spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }

  /** Returns an array of numbers, or the data of a tensor, in float32. */
  public static float[] floats(JsonNode node) {
    double[] values = doubles(node);
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  /** Fails unless all values are within 1e-5 of the largest expected magnitude. */
  public static void assertClose(double[] expected, double[] actual, String what) {
    double largest = 0;
    for (double value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    assertEquals(expected.length, actual.length, what);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], TOLERANCE * largest, what + " [" + i + "]");
    }
  }

  /** Fails unless all values are within 1e-5 of the largest expected magnitude. */
  public static void assertClose(double[] expected, float[] actual, String what) {
    double[] values = new double[actual.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = actual[i];
    }
    assertClose(expected, values, what);
  }
}
