package org.invar.rows;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import java.util.List;
import org.invar.data.RowLayout;
import org.invar.tensor.DType;
import org.invar.tensor.Field;
import org.invar.tensor.Shape;
import org.invar.tensor.Time;
import org.invar.tensor.Type;
import org.junit.jupiter.api.Test;

/**
 * The very bytes of encoded rows and the hashes of them, from which split, shard and order follow.
 *
 * <p>The values were taken from the code. Should they change, rows go to other splits and shards:
 * every run ends with other weights, and an old model's test split would be scored on rows that it
 * was trained on. So they may change only in a commit that says so and raises the format numbers of
 * saved models and checkpoints.
 */
class RowIdentityTest {
  private static final RowCodec BYTES = codec(DType.UINT8, Type.of(Shape.of(3)), 1);
  private static final RowCodec NUMBERS = codec(DType.FLOAT32, Type.of(Shape.of(2)), 2);
  private static final RowCodec SEQUENCES = codec(DType.FLOAT32, ragged(4, 2), 1);
  private static final RowCodec LABELED_STEPS =
      new RowCodec(
          new RowLayout(
              List.of(Field.of("x", DType.FLOAT32, ragged(8, 1))),
              List.of(new Field("y", DType.FLOAT32, ragged(8, 1), "x"))));

  private static RowCodec codec(DType input, Type type, int targets) {
    return new RowCodec(
        new RowLayout(
            List.of(Field.of("x", input, type)),
            List.of(Field.of("y", DType.FLOAT32, Type.of(Shape.of(targets))))));
  }

  private static Type ragged(int time, int features) {
    return new Type(Shape.of(time, features), Time.RAGGED);
  }

  private static byte[] encode(RowCodec codec, double[] features, double[] targets, float weight) {
    return codec.encode(List.of(Values.of(features), Values.of(targets)), weight);
  }

  private static void assertRow(String bytes, String identity, byte[] row) {
    assertEquals(bytes.replace(" ", ""), HexFormat.of().formatHex(row));
    assertIdentity(identity, Identity.of(row));
  }

  private static void assertIdentity(String expected, Identity identity) {
    assertEquals(expected, "%016x %016x".formatted(identity.high(), identity.low()));
  }

  @Test
  void bytesAreUnitCountBytesTargetWeight() {
    assertRow(
        "01 03000000 0007ff 00004040 0000803f",
        "b493d681b79eda0c b465a0551fd1b650",
        BYTES.encode(List.of(Values.of(new byte[] {0, 7, -1}), Values.of(new double[] {3})), 1));
  }

  @Test
  void numbersAreFloat64AsTheyWereRead() {
    assertRow(
        "08 02000000 9a9999999999b93f 00000010000070c1 00004040 000000bf 00002040",
        "69b0143842d81353 a51f401ab7be6891",
        encode(NUMBERS, new double[] {0.1, -16777217}, new double[] {3, -0.5}, 2.5f));
  }

  @Test
  void negativeZerosAreZeros() {
    String zeros = "08 02000000 0000000000000000 0000000000000000 00000000 00000000 00000000";
    String identity = "c5c6e29b25b5c51f 0dc7b52a543dabca";
    assertRow(zeros, identity, encode(NUMBERS, new double[] {0, 0}, new double[] {0, 0}, 0));
    assertRow(
        zeros,
        identity,
        encode(NUMBERS, new double[] {-0.0, -0.0}, new double[] {-0.0, -0.0}, -0f));
  }

  @Test
  void sequencesAreTheirOwnStepsWithTheLengthBehindTheWeight() {
    assertRow(
        "08 04000000 000000000000f03f 0000000000000040 00000000000008c0 000000000000e03f"
            + " 0000803f 0000803f 02000000",
        "3eb766314fafc932 1f4ff91e60cf5007",
        encode(SEQUENCES, new double[] {1, 2, -3, 0.5}, new double[] {1}, 1));
  }

  @Test
  void labelsOfStepsAreThoseOfTheRowsOwn() {
    assertRow(
        "08 03000000 000000000000f03f 0000000000000000 000000000000f03f"
            + " 0000803f 0000803f 00000000 0000803f 03000000",
        "fbf5c618481df5fe 5a0a125757ce4dbd",
        encode(LABELED_STEPS, new double[] {1, 0, 1}, new double[] {1, 1, 0}, 1));
  }

  @Test
  void rowsWithoutTargetsHaveAWeight() {
    assertRow(
        "01 02000000 0102 0000803f",
        "1bd6d46de920c2b7 ede465748db0ff63",
        new RowCodec(
                new RowLayout(List.of(Field.of("x", DType.UINT8, Type.of(Shape.of(2)))), List.of()))
            .encode(List.of(Values.of(new byte[] {1, 2})), 1));
  }

  @Test
  void anIdIsTheHashOfItsText() {
    assertIdentity("0000000000000000 0000000000000000", Identity.ofId(""));
    assertIdentity("71fbbbfe8a7b7c71 942aeb9bf9f0f637", Identity.ofId("1"));
    assertIdentity("ced55b8dd83c56b0 d4066fe07fcd5eda", Identity.ofId("Zoë 12"));
  }

  @Test
  void splitAndShardFollowFromIdentityAndSeed() {
    Identity row = Identity.ofId("1");
    assertEquals("0x1.fc5a16a93207p-2", Double.toHexString(row.splitPoint(1)));
    assertEquals("0x1.39d3bf46da3efp-1", Double.toHexString(row.splitPoint(2)));
    assertEquals(832, row.shard(1, 1000));
    assertEquals(437, row.shard(2, 1000));
  }
}
