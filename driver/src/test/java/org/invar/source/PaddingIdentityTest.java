package org.invar.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.invar.data.RowLayout;
import org.invar.rows.PackedBlock;
import org.invar.rows.RowCodec;
import org.invar.rows.Values;
import org.invar.tensor.DType;
import org.invar.tensor.Field;
import org.invar.tensor.Shape;
import org.invar.tensor.Type;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A row is known by what it holds, not by the room that the shape leaves behind it. */
class PaddingIdentityTest {
  private static SparkSession spark;

  @BeforeAll
  static void start() {
    spark = LocalSpark.start(2);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  /** Split, shard and place of each row, by its own values. */
  private static List<String> places(Input input, Targets targets, int time, int steps) {
    var columns = new Columns(List.of("x"), List.of("y"), null, null, List.of(), true);
    var packing =
        PackingBuilder.of(targets, columns)
            .outputs(targets == Targets.CLASSES ? 2 : 1)
            .steps(steps)
            .shape(Shape.of(time, 1))
            .dev(0.4)
            .build();
    PackedSplits packed = LocalSpark.pack(packing, input);
    List<String> places = new ArrayList<>();
    for (Split split : List.of(Split.TRAIN, Split.DEV)) {
      for (PackedBlock block : LocalSpark.blocks(packed.of(split))) {
        for (int r = 0; r < block.rows(); r++) {
          String place = split + " " + block.shard() + " " + r + ":";
          for (int t = 0; t < block.lengths()[r]; t++) {
            place += " " + LocalSpark.feature(block, r, t);
          }
          places.add(place + " " + block.targets()[r * block.targetWidth()]);
        }
      }
    }
    packed.unpersist();
    return places;
  }

  @Test
  void aLongerShapeMovesNoRow() {
    Input rows =
        Input.of(
            spark.sql(
                "SELECT transform(sequence(0, id % 4), t -> id + t) AS x, id / 10 AS y FROM range(40)"));
    List<String> shortShape = places(rows, Targets.VALUES, 4, 0);
    assertEquals(40, shortShape.size());
    assertEquals(shortShape, places(rows, Targets.VALUES, 40, 0));
  }

  @Test
  void norDoesTheRoomBehindItsLabels() {
    Input rows =
        Input.of(
            spark.sql(
                "SELECT transform(sequence(0, id % 4), t -> id + t) AS x,"
                    + " transform(sequence(0, id % 4), t -> (id + t) % 2) AS y FROM range(40)"));
    List<String> shortShape = places(rows, Targets.CLASSES, 4, 4);
    assertEquals(40, shortShape.size());
    assertEquals(shortShape, places(rows, Targets.CLASSES, 9, 9));
  }

  @Test
  void pictureBytesKeepTheirEncoding() {
    // The splits of pictures, and so every run on them, stay as they were.
    var bytes =
        new RowCodec(
            new RowLayout(
                List.of(Field.of("x", DType.UINT8, Type.of(Shape.of(2)))),
                List.of(Field.of("y", DType.INT32, Type.of(Shape.of(1))))));
    assertArrayEquals(
        new byte[] {1, 2, 0, 0, 0, 7, -1, 0, 0, 64, 64, 0, 0, -128, 63},
        bytes.encode(List.of(Values.of(new byte[] {7, -1}), Values.of(new int[] {3})), 1));
  }
}
