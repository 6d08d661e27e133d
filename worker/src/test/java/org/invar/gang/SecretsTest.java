package org.invar.gang;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.ObjectOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.invar.collective.RunKey;
import org.invar.rows.Shipped;
import org.junit.jupiter.api.Test;

/** The run's key stays out of whatever is printed or logged. */
class SecretsTest {
  @Test
  void nothingPrintsTheKey() throws Exception {
    GangPlan plan = SmallRun.of("secrets").plan(1);
    Shipped<GangPlan> shipped = Shipped.of(plan);
    assertEquals(plan.meeting(), shipped.value().meeting(), "the key was shipped");
    assertEquals("RunKey", plan.meeting().key().toString());
    byte[] secret = secret(plan.meeting().key());
    for (String text :
        List.of(
            plan.toString(),
            plan.meeting().toString(),
            shipped.value().toString(),
            new GangTask(shipped).toString(),
            failure(plan))) {
      assertFalse(text.contains(HexFormat.of().formatHex(secret)), text);
      assertFalse(text.contains(Base64.getEncoder().encodeToString(secret)), text);
      assertFalse(text.contains(Arrays.toString(secret)), text);
    }
  }

  /** The key's bytes end its serialized form. */
  private static byte[] secret(RunKey key) throws Exception {
    var bytes = new ByteArrayOutputStream();
    try (var out = new ObjectOutputStream(bytes)) {
      out.writeObject(key);
    }
    byte[] stream = bytes.toByteArray();
    return Arrays.copyOfRange(stream, stream.length - 32, stream.length);
  }

  /** What is printed of a worker that nobody waits for. */
  private static String failure(GangPlan plan) {
    try (var session = new GangSession(plan, 0, "driver", "localhost", 1)) {
      var e =
          assertThrows(IllegalStateException.class, () -> session.run(Collections.emptyIterator()));
      var text = new StringWriter();
      e.printStackTrace(new PrintWriter(text));
      return text.toString();
    }
  }
}
