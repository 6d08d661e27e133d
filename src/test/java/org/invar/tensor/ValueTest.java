package org.invar.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Lengths stay with the steps that they are of. */
class ValueTest {
  private static final int[] LENGTHS = {2, 4, 1};

  @Test
  void lengthsStayWhileTheNumberOfStepsDoes() {
    var ragged = new Value(steps(4, 3), Time.RAGGED, LENGTHS);
    Value same = ragged.with(steps(4, 7));
    assertEquals(Time.RAGGED, same.time());
    assertArrayEquals(LENGTHS, same.lengths());
    Value fewer = ragged.with(steps(3, 7));
    assertEquals(Time.MIXED, fewer.time());
    assertNull(fewer.lengths());
    // Whose they are stays unknown, even where there are as many as at first.
    assertEquals(Time.MIXED, fewer.with(steps(4, 7)).time());
  }

  /** What is promised of values, and what they are. */
  @ParameterizedTest
  @EnumSource
  void typesSayTheSame(Time time) {
    int[] lengths = time == Time.RAGGED ? LENGTHS : null;
    var value = new Value(steps(4, 3), time, lengths);
    var type = new Type(Shape.of(4, 3), time);
    assertEquals(type, value.type());
    for (int steps : new int[] {4, 3}) {
      assertEquals(type.withShape(Shape.of(steps, 7)), value.with(steps(steps, 7)).type());
    }
  }

  @Test
  void lengthsThatCannotBeThoseOfTheRowsAreRefused() {
    assertEquals(
        "expected a sequence of 1 to 4 steps, found length 5 in row 1 of the batch",
        refusal(() -> new Value(steps(4, 3), Time.RAGGED, new int[] {1, 5, 0})));
    assertEquals(
        "lengths has 2 values, expected 3",
        refusal(() -> new Value(steps(4, 3), Time.RAGGED, new int[] {1, 2})));
    assertEquals(
        "expected lengths for ragged sequences alone, found 3 for time=FIXED",
        refusal(() -> new Value(steps(4, 3), Time.FIXED, LENGTHS)));
    assertEquals(
        "expected lengths for ragged sequences alone, found none for time=RAGGED",
        refusal(() -> new Value(steps(4, 3), Time.RAGGED, null)));
    assertEquals(
        "expected a sequence (time, features), found shape 8×8×1",
        refusal(() -> new Type(Shape.of(8, 8, 1), Time.FIXED)));
    assertEquals(
        "expected a sequence of 1 to 4 steps, found length 0 in row 0 of the batch",
        refusal(() -> new Value(steps(4, 3), Time.RAGGED, new int[] {0, 3, 1})));
    assertEquals(
        "expected a batch of sequences [rows, time, features], found [3, 6]",
        refusal(
            () -> new Value(Nd4j.zeros(DataType.FLOAT, 3, 6), Time.RAGGED, new int[] {3, 3, 3})));
  }

  /** Whole, views of some rows, and rows that stand in another order in memory. */
  static Stream<Arguments> memories() {
    return Stream.of(DataType.FLOAT, DataType.DOUBLE)
        .flatMap(
            type -> {
              INDArray all = Nd4j.arange(60).castTo(type).reshape('c', 5, 4, 3).addi(0.1);
              INDArray some = all.get(NDArrayIndex.interval(2, 5));
              INDArray fewer = some.get(NDArrayIndex.interval(0, 2)).reshape('c', 2, 4, 3);
              return Stream.of(all, some, fewer, all.permute(1, 0, 2), all.dup('f'))
                  .map(array -> Arguments.of(type, array));
            });
  }

  @ParameterizedTest
  @MethodSource("memories")
  void aStepIsReadWhereverItStands(DataType type, INDArray array) {
    for (Time time : new Time[] {Time.FIXED, Time.NONE}) {
      Value value = new Value(array, time, null).dense();
      double[] to = new double[value.units()];
      assertEquals(time == Time.FIXED ? 3 : array.size(1) * 3, to.length);
      for (int row = 0; row < value.rows(); row++) {
        for (int step = 0; step < value.steps(); step++) {
          value.read(row, step, to);
          for (int i = 0; i < to.length; i++) {
            int at = step * 3 + i;
            assertEquals(array.getDouble(row, at / 3, at % 3), to[i]);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE"})
  void aStepIsWrittenRoundedOnceAndNothingElse(DataType type) {
    INDArray array = Nd4j.zeros(type, 4, 2, 3);
    Value some = new Value(array, Time.FIXED, null).first(3);
    double third = 1.0 / 3;
    some.write(2, 1, new double[] {third, Double.NaN, 1e300});
    double[] found = new double[3];
    some.read(2, 1, found);
    boolean single = type == DataType.FLOAT;
    double large = single ? Double.POSITIVE_INFINITY : 1e300;
    assertArrayEquals(new double[] {single ? (float) third : third, Double.NaN, large}, found);
    array.slice(2).slice(1).assign(0);
    assertEquals(0, array.maxNumber().doubleValue());
  }

  @Test
  void theFirstRowsKeepTheirLengths() {
    var ragged = new Value(steps(4, 3), Time.RAGGED, LENGTHS);
    Value two = ragged.first(2);
    assertEquals(2, two.rows());
    assertArrayEquals(new int[] {2, 4}, two.lengths());
    assertEquals(2, two.ownSteps(0));
    assertEquals(4, two.steps());
    assertSame(ragged, ragged.first(3));
  }

  @Test
  void whatIsNoStepOfTheseIsRefused() {
    var value = new Value(steps(4, 3), Time.FIXED, null);
    assertEquals(
        "expected steps of 4 numbers without gaps, found shape [3, 4, 3] with strides [12, 3, 1]",
        refusal(() -> value.read(0, 0, new double[4])));
    Value turned = value.with(value.array().permute(0, 2, 1));
    assertEquals(
        "expected steps of 4 numbers without gaps, found shape [3, 3, 4] with strides [12, 1, 3]",
        refusal(() -> turned.write(0, 0, new double[4])));
    turned.dense().read(0, 0, new double[4]);
  }

  private static INDArray steps(int time, int features) {
    return Nd4j.zeros(DataType.FLOAT, 3, time, features);
  }

  private static String refusal(Runnable action) {
    return assertThrows(IllegalArgumentException.class, action::run).getMessage();
  }
}
