package org.invar.collective;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The run's secret. */
class RunKeyTest {
  @Test
  void survivesSerializationAndShowsNothing() throws Exception {
    RunKey key = RunKey.random();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(key);
    }
    Object copy = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
    assertEquals(key, copy);
    assertEquals(key.hashCode(), copy.hashCode());
    assertEquals("RunKey", key.toString());
    assertNotEquals(key, RunKey.random());
    assertNotEquals(key.hashCode(), RunKey.random().hashCode());
  }

  @Test
  void derivesUnrelatedBytesForOtherLabelsAndData() {
    RunKey key = RunKey.random();
    byte[] data = {1, 2, 3};
    assertArrayEquals(key.derive("a", data), key.derive("a", data.clone()));
    assertEquals(32, key.derive("a", data).length);
    assertFalse(Arrays.equals(key.derive("a", data), key.derive("b", data)));
    // The label's length is part of what is hashed.
    assertFalse(
        Arrays.equals(
            key.derive("ab", new byte[] {(byte) 99}),
            key.derive("a", new byte[] {(byte) 98, (byte) 99})));
    assertFalse(Arrays.equals(key.derive("a", data), RunKey.random().derive("a", data)));
  }
}
