package org.invar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** A command that was run in this JVM; it uses the test's session and leaves it open. */
record Cli(int code, String out, String err) {
  static Cli run(Object... arguments) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    String[] texts = new String[arguments.length];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = arguments[i].toString();
    }
    int code = Main.run(stream(out), stream(err), texts);
    return new Cli(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  /** Asserts success and returns what was printed. */
  String succeeded() {
    assertEquals(0, code, err);
    assertEquals("", err);
    return out;
  }

  /** Asserts that the command was refused in one paragraph that has those parts. */
  void refused(String... parts) {
    assertEquals(Main.FAILED, code, out + err);
    assertTrue(err.startsWith("invar: "), err);
    assertEquals(1, err.lines().count(), err);
    for (String part : parts) {
      assertTrue(err.contains(part), part + " is not in: " + err);
    }
    assertEquals("", out);
  }
}
