package org.invar.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.junit.jupiter.api.Test;

/**
 * The very bits of initial values.
 *
 * <p>They were taken from the code, and are the same on every machine. Should they change, every
 * run ends with other weights. So they may change only in a commit that says so and raises the
 * format number of saved checkpoints.
 */
class InitialValuesTest {
  private static final Initializer GATES =
      new Initializer.Blocks(
          List.of(
              new Initializer.GlorotUniform(),
              Initializer.Constant.of(1),
              Initializer.Orthogonal.of()));

  /** An entry for each way to start, with the shapes of a convolution and of recurrent gates. */
  private static final Layout LAYOUT =
      Layout.of(
          List.of(
              Layout.Spec.decayed("conv2d1.kernel", Shape.of(2, 1, 1, 2), new Initializer.He()),
              Layout.Spec.plain("conv2d1.bias", Shape.of(2), new Initializer.Zeros()),
              Layout.Spec.decayed("dense1.kernel", Shape.of(2, 3), new Initializer.He()),
              Layout.Spec.decayed("dense2.kernel", Shape.of(2, 3), new Initializer.GlorotUniform()),
              Layout.Spec.decayed("dense3.kernel", Shape.of(2, 3), new Initializer.GlorotNormal()),
              Layout.Spec.decayed("dense4.kernel", Shape.of(2, 3), new Initializer.Lecun()),
              Layout.Spec.decayed("dense5.kernel", Shape.of(2, 3), Initializer.Orthogonal.of()),
              Layout.Spec.decayed("dense6.kernel", Shape.of(3, 2), new Initializer.Orthogonal(2)),
              Layout.Spec.decayed("dense7.kernel", Shape.of(4), new Initializer.He()),
              Layout.Spec.decayed("gru1.kernel", Shape.of(2, 6), GATES),
              Layout.Spec.decayed(
                  "gru1.recurrentKernel",
                  Shape.of(2, 6),
                  Initializer.Blocks.alike(3, Initializer.Orthogonal.of())),
              Layout.Spec.decayed("dense8.kernel", Shape.of(2, 3), new Initializer.He())));

  private static Map<String, String> bits(long seed) {
    float[] flat = LAYOUT.initialValues(seed);
    Map<String, String> bits = new LinkedHashMap<>();
    for (Layout.Entry entry : LAYOUT.entries()) {
      StringJoiner values = new StringJoiner(" ");
      for (int i = entry.offset(); i < entry.end(); i++) {
        values.add("%08x".formatted(Float.floatToRawIntBits(flat[i])));
      }
      bits.put(entry.name(), values.toString());
    }
    return bits;
  }

  @Test
  void everyWayToStartKeepsItsBits() {
    Map<String, String> bits = bits(1);
    assertEquals("bf641827 3e578d6f bfd5c26d bf203525", bits.get("conv2d1.kernel"));
    assertEquals("00000000 00000000", bits.get("conv2d1.bias"));
    assertEquals(
        "bfadf4ef 3e19faea bf8cc0cd bf247c15 beadb5d2 3ecbf59c", bits.get("dense1.kernel"));
    assertEquals(
        "be2caaf9 bf4e169d 3e88a423 3e48816f bf4e509a bf25599a", bits.get("dense2.kernel"));
    assertEquals(
        "bea09a40 3f81462c 3e1dc902 bf0529df be6301e3 bef26a8f", bits.get("dense3.kernel"));
    assertEquals(
        "3f5528c0 3ed241a9 3ef6b567 3f1232d3 3ef19bfc bf0dd3d9", bits.get("dense4.kernel"));
    assertEquals(
        "3f0239f2 3f4b88dc bea91fd6 3f579510 bec26738 3ec4153e", bits.get("dense5.kernel"));
    assertEquals(
        "bfba8f2b 3e8b733b 3f9cf047 bf1d28fc bf1c3acb bff12265", bits.get("dense6.kernel"));
    assertEquals("bf84699d bf1af7a9 be86153a bfadde66", bits.get("dense7.kernel"));
    assertEquals(
        "3ec5a117 3efc134a 3f800000 3f800000 3f54d77d 3f0e3f65"
            + " 3e05b926 3f712a0f 3f800000 3f800000 3f0e3f65 bf54d77d",
        bits.get("gru1.kernel"));
    assertEquals(
        "bf78788d be7684c2 be636c82 3f799b43 be8f6905 bf75c0af"
            + " 3e7684c2 bf78788d bf799b43 be636c82 bf75c0af 3e8f6905",
        bits.get("gru1.recurrentKernel"));
    assertEquals(
        "bdf07e47 3f502b74 c0295869 bf7b4ba6 3f9ebc96 bf2f7ea4", bits.get("dense8.kernel"));
  }

  @Test
  void anotherSeedHasItsOwn() {
    Map<String, String> bits = bits(Long.MIN_VALUE + 2);
    assertEquals("3e5e0a8e 3f0cf4be bfaf3eda 3f946f00", bits.get("conv2d1.kernel"));
    assertEquals(
        "3f893d85 3d564c31 3f708ace 3f33836a bc87325e 3f44b718", bits.get("dense2.kernel"));
    assertEquals(
        "bf5bc56c 3e435729 3ef3bc50 bc9fd9d0 3f6a592e becdd579", bits.get("dense5.kernel"));
    assertEquals(
        "3e1e6a17 3f8f7c14 3f800000 3f800000 3df040e7 3f7e3b7d"
            + " 3e973703 bf6bcc05 3f800000 3f800000 bf7e3b7d 3df040e7",
        bits.get("gru1.kernel"));
  }
}
