package org.invar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A golden case: values that PyTorch computed in float64 (src/test/resources/golden/generate.py).
 */
public record Golden(String name, JsonNode json) {
  /** The relative error allowed, of the largest magnitude in the tensor. */
  public static final double TOLERANCE = 1e-5;

  public static Golden of(String name) {
    String resource = "/golden/" + name + ".json";
    try (InputStream in =
        Objects.requireNonNull(Golden.class.getResourceAsStream(resource), resource)) {
      return new Golden(name, new ObjectMapper().readTree(in));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public JsonNode config() {
    return json.get("config");
  }

  /** The tensor at a JSON pointer, as float32. */
  public INDArray array(String pointer) {
    JsonNode tensor = json.at(pointer);
    return Nd4j.createFromArray(values(pointer)).castTo(DataType.FLOAT).reshape('c', shape(tensor));
  }

  /** The data of the tensor, or the plain array of numbers, at a JSON pointer. */
  public double[] values(String pointer) {
    JsonNode node = json.at(pointer);
    JsonNode data = node.has("data") ? node.get("data") : node;
    double[] values = new double[data.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = data.get(i).asDouble();
    }
    return values;
  }

  /** The same in float32. */
  public float[] floats(String pointer) {
    double[] values = values(pointer);
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  public static long[] shape(JsonNode tensor) {
    long[] shape = new long[tensor.get("shape").size()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = tensor.get("shape").get(i).asLong();
    }
    return shape;
  }

  /** Asserts that the array has the shape and the values at the pointer. */
  public void assertMatches(String pointer, INDArray actual) {
    assertArrayEquals(shape(json.at(pointer)), actual.shape(), name + pointer + " shape");
    assertMatches(pointer, actual.dup('c').data().asDouble());
  }

  /** Asserts that the values are those at the pointer. */
  public void assertMatches(String pointer, float[] actual) {
    double[] values = new double[actual.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = actual[i];
    }
    assertMatches(pointer, values);
  }

  /** Asserts that the values are those at the pointer. */
  public void assertMatches(String pointer, double[] actual) {
    double[] expected = values(pointer);
    assertEquals(expected.length, actual.length, name + pointer + " length");
    double largest = 0;
    double worst = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      worst = Math.max(worst, Math.abs(expected[i] - actual[i]));
      assertTrue(Double.isFinite(actual[i]), name + pointer + "[" + i + "] = " + actual[i]);
    }
    assertTrue(
        worst <= TOLERANCE * largest,
        name + pointer + ": off by " + worst + " where the largest is " + largest);
  }
}
