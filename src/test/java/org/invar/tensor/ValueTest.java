package org.invar.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

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
  }

  private static INDArray steps(int time, int features) {
    return Nd4j.zeros(DataType.FLOAT, 3, time, features);
  }

  private static String refusal(Runnable action) {
    return assertThrows(IllegalArgumentException.class, action::run).getMessage();
  }
}
