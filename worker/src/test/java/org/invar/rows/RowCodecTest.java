package org.invar.rows;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.invar.data.Normalization;
import org.invar.data.RowLayout;
import org.invar.tensor.DType;
import org.invar.tensor.Field;
import org.invar.tensor.Shape;
import org.invar.tensor.Time;
import org.invar.tensor.Type;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Rows of any fields, to bytes and back; {@link RowIdentityTest} holds those of today's jobs. */
class RowCodecTest {
  private static final int LAYOUTS = 400;
  private static final List<DType> DTYPES = List.of(DType.values());
  private static final Type PAIR = Type.of(Shape.of(2));

  private static Type ragged(int time, int features) {
    return new Type(Shape.of(time, features), Time.RAGGED);
  }

  /** A row of random fields. */
  private record Sample(RowLayout layout, List<Values> values, float weight) {
    static Sample of(Random random) {
      List<Field> inputs = new ArrayList<>();
      List<Field> targets = new ArrayList<>();
      for (int i = random.nextInt(4); i >= 0; i--) {
        inputs.add(field(random, "x" + i, null));
      }
      for (int i = random.nextInt(4); i > 0; i--) {
        Field leader = inputs.get(random.nextInt(inputs.size()));
        boolean along = leader.ragged() && random.nextBoolean();
        targets.add(field(random, "y" + i, along ? leader : null));
      }
      List<Values> values = new ArrayList<>();
      int[] steps = new int[inputs.size()];
      for (int f = 0; f < inputs.size() + targets.size(); f++) {
        Field field = f < inputs.size() ? inputs.get(f) : targets.get(f - inputs.size());
        int own = field.ragged() ? 1 + random.nextInt(field.type().shape().get(0)) : 0;
        for (int i = 0; field.along() != null && i < steps.length; i++) {
          own = inputs.get(i).name().equals(field.along()) ? steps[i] : own;
        }
        if (f < steps.length) {
          steps[f] = own;
        }
        values.add(values(random, field, field.ragged() ? own * field.step() : field.width()));
      }
      return new Sample(new RowLayout(inputs, targets), values, random.nextFloat());
    }

    private static Field field(Random random, String name, @Nullable Field leader) {
      DType dtype = DTYPES.get(random.nextInt(DTYPES.size()));
      int axis = 1 + random.nextInt(4);
      int features = 1 + random.nextInt(3);
      if (leader != null) {
        Type type = ragged(leader.type().shape().get(0), features);
        return new Field(name, dtype, type, leader.name());
      }
      return Field.of(
          name,
          dtype,
          switch (random.nextInt(4)) {
            case 0 -> ragged(axis, features);
            case 1 -> Type.sequence(axis, features);
            case 2 -> Type.of(Shape.of());
            default -> Type.of(Shape.of(axis, features, 2));
          });
    }

    /** Numbers that float32 has, as targets keep no others. */
    private static Values values(Random random, Field field, int count) {
      byte[] bytes = new byte[count];
      random.nextBytes(bytes);
      return switch (field.dtype()) {
        case UINT8 -> Values.of(bytes);
        case INT32 -> Values.of(random.ints(count, -1, RowCodec.MOST_ID + 1).toArray());
        case FLOAT32 ->
            Values.of(random.doubles(count).map(x -> (float) Math.scalb(x, 20) - 5).toArray());
      };
    }

    byte[] encoded() {
      return new RowCodec(layout).encode(values, weight);
    }
  }

  @Test
  void rowsOfAnyFieldsComeBack() {
    for (int seed = 0; seed < LAYOUTS; seed++) {
      Sample sample = Sample.of(new Random(seed));
      byte[] bytes = sample.encoded();
      EncodedRow row = new RowCodec(sample.layout).decode(bytes);
      assertEquals(sample.weight, row.weight());
      for (int f = 0; f < sample.values.size(); f++) {
        Values expected = sample.values.get(f);
        String place = "seed " + seed + ", field " + f + " of " + sample.layout;
        assertEquals(expected.count(), row.count(f), place);
        for (int i = 0; i < expected.count(); i++) {
          assertEquals(expected.get(i), row.get(f, i), place);
        }
      }
    }
  }

  @Test
  void bytesThatSaySomethingElseAreRefusedOrAreAnotherRow() {
    int refused = 0;
    for (int seed = 0; seed < LAYOUTS; seed++) {
      Random random = new Random(seed);
      Sample sample = Sample.of(random);
      byte[] bytes = sample.encoded();
      for (int tries = 0; tries < 20; tries++) {
        byte[] hostile =
            random.nextInt(3) > 0
                ? bytes.clone()
                : Arrays.copyOf(bytes, random.nextInt(bytes.length + 9));
        for (int i = random.nextInt(3); i > 0 && hostile.length > 0; i--) {
          hostile[random.nextInt(hostile.length)] = (byte) random.nextInt();
        }
        refused += read(sample.layout, hostile) ? 0 : 1;
      }
      for (int length = 0; length < bytes.length; length++) {
        byte[] cut = Arrays.copyOf(bytes, length);
        assertThrows(IllegalArgumentException.class, () -> new RowCodec(sample.layout).decode(cut));
      }
    }
    assertTrue(refused > LAYOUTS, "refused=" + refused);
  }

  /** Reads everything of a row, if it is one, whose numbers then fill its bytes. */
  private static boolean read(RowLayout layout, byte[] bytes) {
    EncodedRow row;
    try {
      row = new RowCodec(layout).decode(bytes);
    } catch (IllegalArgumentException e) {
      return false;
    }
    for (int f = 0; f < layout.fields().size(); f++) {
      Field field = layout.fields().get(f);
      assertTrue(field.holds(row.count(f)), field + " has " + row.count(f));
      for (int i = 0; i < row.count(f); i++) {
        row.get(f, i);
      }
    }
    row.weight();
    return true;
  }

  @Test
  void lengthsBeyondTheBytesAreRefusedWithoutTakingMemoryForThem() {
    Type vast = ragged(Integer.MAX_VALUE, 1);
    var layout =
        new RowLayout(
            List.of(Field.of("x", DType.FLOAT32, vast)),
            List.of(Field.of("y", DType.FLOAT32, vast)));
    var codec = new RowCodec(layout);
    byte[] row = codec.encode(List.of(numbers(1), numbers(2)), 1);
    for (int at : new int[] {1, row.length - 8, row.length - 4}) {
      for (int length : new int[] {Integer.MAX_VALUE, Integer.MIN_VALUE, -1, 0, 2, 1 << 28}) {
        byte[] hostile = row.clone();
        Stored.setInt(hostile, at, length);
        assertThrows(IllegalArgumentException.class, () -> codec.decode(hostile));
      }
    }
    var one = new RowLayout(List.of(Field.of("x", DType.UINT8, PAIR)), List.of());
    byte[] hostile = {1, -1, -1, -1, 127, 5, 6, 0, 0, 0, 0};
    var packer =
        new BlockPacker(
            List.of(ShardedRow.of(0, new Identity(0, 0), hostile)).iterator(),
            one,
            Normalization.scaling(1));
    assertThrows(IllegalArgumentException.class, packer::next);
  }

  private static Values numbers(double... values) {
    return Values.of(values);
  }

  @Test
  void fieldsStandInOrderAndATargetAlongAnInputSharesItsLength() {
    var layout =
        new RowLayout(
            List.of(
                Field.of("picture", DType.UINT8, PAIR),
                Field.of("words", DType.INT32, ragged(5, 1)),
                Field.of("trip", DType.FLOAT32, Type.of(Shape.of(1)))),
            List.of(
                new Field("tags", DType.INT32, ragged(5, 1), "words"),
                Field.of("boxes", DType.FLOAT32, ragged(3, 2)),
                Field.of("mask", DType.UINT8, PAIR)));
    byte[] row =
        new RowCodec(layout)
            .encode(
                List.of(
                    Values.of(new byte[] {7, -1}),
                    Values.of(new int[] {16777217, -2}),
                    numbers(0.5),
                    Values.of(new int[] {1, 16777216}),
                    numbers(1, -0.0),
                    Values.of(new byte[] {0, -1})),
                2);
    String inputs = "01 02000000 07ff 04 02000000 01000001 feffffff 08 01000000 000000000000e03f";
    String targets = "0000803f 0000804b 0000803f 00000000 00000000 00007f43";
    String weightAndLengths = "00000040 02000000 01000000";
    assertEquals(
        (inputs + targets + weightAndLengths).replace(" ", ""), HexFormat.of().formatHex(row));
  }

  private static void assertMisfit(RowLayout layout, Values... values) {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> new RowCodec(layout).encode(List.of(values), 1));
    assertTrue(e.getMessage().contains("values"), e.getMessage());
  }

  @Test
  void valuesThatAreNotOfTheirFieldsAreRefused() {
    var pair = new RowLayout(List.of(Field.of("x", DType.FLOAT32, PAIR)), List.of());
    assertMisfit(pair);
    assertMisfit(pair, numbers(1));
    assertMisfit(pair, numbers(1, 2, 3));
    assertMisfit(pair, Values.of(new int[] {1, 2}));
    assertMisfit(pair, numbers(1, 2), numbers(1));
    var steps =
        new RowLayout(
            List.of(Field.of("x", DType.FLOAT32, ragged(3, 2))),
            List.of(new Field("y", DType.INT32, ragged(3, 1), "x")));
    Values one = Values.of(new int[] {1});
    assertMisfit(steps, numbers(), one);
    assertMisfit(steps, numbers(1, 2, 3), one);
    assertMisfit(steps, numbers(1, 2, 3, 4, 5, 6, 7, 8), one);
    assertMisfit(steps, numbers(1, 2, 3, 4), one);
  }

  @Test
  void anIdThatFloat32HasNotIsNoTarget() {
    var ids = List.of(Field.of("id", DType.INT32, Type.of(Shape.of())));
    Values most = Values.of(new int[] {RowCodec.MOST_ID});
    Values next = Values.of(new int[] {RowCodec.MOST_ID + 1});
    var target = new RowLayout(List.of(), ids);
    var codec = new RowCodec(target);
    assertEquals(RowCodec.MOST_ID, codec.decode(codec.encode(List.of(most), 1)).get(0, 0));
    assertMisfit(target, next);
    assertMisfit(target, Values.of(new int[] {Integer.MIN_VALUE}));
    var input = new RowCodec(new RowLayout(ids, List.of()));
    assertEquals(RowCodec.MOST_ID + 1, input.decode(input.encode(List.of(next), 1)).get(0, 0));
  }

  @Test
  void fieldsThatMakeNoRowAreRefused() {
    Field x = Field.of("x", DType.FLOAT32, ragged(3, 1));
    Field whole = Field.of("whole", DType.FLOAT32, PAIR);
    Field along = new Field("y", DType.FLOAT32, ragged(3, 2), "x");
    for (List<Field> targets :
        List.of(
            List.of(x),
            List.of(whole, whole),
            List.of(new Field("y", DType.INT32, ragged(4, 1), "x")),
            List.of(new Field("y", DType.INT32, ragged(3, 1), "w")),
            List.of(along, new Field("z", DType.INT32, ragged(3, 1), "y")))) {
      String said =
          assertThrows(IllegalArgumentException.class, () -> new RowLayout(List.of(x), targets))
              .getMessage();
      assertTrue(said.contains("field " + targets.get(targets.size() - 1).name()), said);
    }
    assertThrows(IllegalArgumentException.class, () -> new Field("y", DType.INT32, PAIR, "x"));
    Type mixed = new Type(Shape.of(2, 1), Time.MIXED);
    assertThrows(IllegalArgumentException.class, () -> Field.of("y", DType.INT32, mixed));
  }

  @Test
  void targetsStandSideBySideInABlockEachAsWideAsItsLongest() {
    var layout =
        new RowLayout(
            List.of(Field.of("x", DType.FLOAT32, ragged(3, 1))),
            List.of(
                new Field("tags", DType.INT32, ragged(3, 1), "x"),
                Field.of("late", DType.UINT8, Type.of(Shape.of()))));
    var codec = new RowCodec(layout);
    Values tags = Values.of(new int[] {4, 5});
    byte[] row = codec.encode(List.of(numbers(1, 2), tags, Values.of(new byte[] {-1})), 1);
    PackedBlock block = pack(layout, row);
    assertArrayEquals(new float[] {4, 5, 0, 255}, block.targets());
    assertArrayEquals(new int[] {2}, block.lengths());
  }

  private static PackedBlock pack(RowLayout layout, byte[] row) {
    byte[] sharded = ShardedRow.of(0, new Identity(0, 0), row);
    var packer = new BlockPacker(List.of(sharded).iterator(), layout, Normalization.scaling(1));
    return new BlockCodec().decode(packer.next());
  }

  @Test
  void whatABlockCannotHoldIsRefusedBeforeARowIsPacked() {
    Field x = Field.of("x", DType.UINT8, PAIR);
    for (RowLayout layout :
        List.of(
            new RowLayout(List.of(Field.of("ids", DType.INT32, PAIR)), List.of()),
            new RowLayout(List.of(x, Field.of("z", DType.UINT8, PAIR)), List.of()),
            new RowLayout(List.of(x), List.of(Field.of("y", DType.INT32, ragged(2, 1)))))) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new BlockPacker(List.<byte[]>of().iterator(), layout, Normalization.scaling(1)));
    }
  }
}
