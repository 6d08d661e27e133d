package org.invar.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.stream.Stream;
import org.invar.kernel.Activation;
import org.invar.kernel.Window.Padding;
import org.invar.loss.MeanSquaredError;
import org.invar.tensor.Shape;
import org.invar.tensor.Time;
import org.invar.tensor.Type;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Steps of which nobody knows whose they are reach no layer that has to know, before any row. */
class MixedStepsTest {
  private static final Type RAGGED = new Type(Shape.of(6, 2), Time.RAGGED);
  private static final Type MIXED = new Type(Shape.of(5, 3), Time.MIXED);

  static Stream<Layer> layersAcrossTime() {
    return Stream.of(
        SimpleRnn.of(2),
        Lstm.of(2).withReturnSequences(true),
        Gru.of(2),
        new Bidirectional(Dense.of(2)),
        new MaxOverTime(),
        BatchNorm.of());
  }

  @ParameterizedTest
  @MethodSource("layersAcrossTime")
  void whatLooksAcrossTimeRefusesThem(Layer layer) {
    String refused =
        "expected sequences of the steps that lengths are known for, found 5 steps made of them; no layer in"
            + " front may change their number or mix them";
    assertEquals(MIXED, Conv1d.of(3, 2).output(RAGGED));
    assertEquals(refused, refusal(() -> layer.output(MIXED)));
    var network = List.of(Conv1d.of(3, 2), layer, new Flatten(), Dense.of(1));
    assertEquals(
        layer.kind() + "1: " + refused,
        refusal(() -> new Network(RAGGED, network, new MeanSquaredError())));
    layer.output(RAGGED);
    layer.output(Type.sequence(5, 3));
  }

  @Test
  void layersOfAStepAndOfAWindowTakeThem() {
    assertEquals(Time.MIXED, Dense.of(2).output(MIXED).time());
    assertEquals(Time.MIXED, new Dropout(0.1).output(MIXED).time());
    assertEquals(Time.MIXED, new Activate(Activation.RELU).output(MIXED).time());
    assertEquals(Time.MIXED, Conv1d.of(3, 2).output(MIXED).time());
    assertEquals(new Type(Shape.of(15), Time.MIXED), new Flatten().output(MIXED));
    new Network(
        RAGGED, List.of(Conv1d.of(3, 2), new Flatten(), Dense.of(1)), new MeanSquaredError());
  }

  @Test
  void aWindowThatKeepsTheNumberOfStepsKeepsLengths() {
    Conv1d same = Conv1d.of(3, 3).withPadding(Padding.SAME);
    assertEquals(new Type(Shape.of(6, 3), Time.RAGGED), same.output(RAGGED));
    assertEquals(Time.MIXED, same.withStride(2).output(RAGGED).time());
    assertEquals(Type.sequence(5, 3), Conv1d.of(3, 2).output(Type.sequence(6, 2)));
  }

  @Test
  void aReshapedSequenceHasOtherStepsUnlessTheFirstAxisStays() {
    assertEquals(RAGGED, new Reshape(Shape.of(6, 2)).output(RAGGED));
    assertEquals(new Type(Shape.of(4, 3), Time.MIXED), new Reshape(Shape.of(4, 3)).output(RAGGED));
    Type picture = new Type(Shape.of(3, 4, 1), Time.MIXED);
    assertEquals(picture, new Reshape(Shape.of(3, 4, 1)).output(RAGGED));
    assertEquals(
        new Type(Shape.of(6, 2, 1), Time.RAGGED), new Reshape(Shape.of(6, 2, 1)).output(RAGGED));
    assertEquals(new Type(Shape.of(6, 2), Time.MIXED), new Reshape(Shape.of(6, 2)).output(picture));
    assertEquals(
        Type.sequence(3, 4), new Reshape(Shape.of(3, 4)).output(Type.of(Shape.of(3, 4, 1))));
  }

  @Test
  void pathsThatAreNotSequencesOfOneKindAreNotJoined() {
    Layer other = new Reshape(Shape.of(6, 2));
    List<Layer> mixed = List.of(new Flatten(), other);
    assertEquals(
        "expected body and shortcut to give one shape, found 6×2 (mixed) and 6×2 (ragged)",
        refusal(() -> Residual.of(mixed).output(RAGGED)));
    assertEquals(
        "expected branches that differ in the last axis only, found 6×2 (ragged) and 6×2 (mixed)"
            + " (branch 2)",
        refusal(() -> new Concat(List.of(List.of(), mixed)).output(RAGGED)));
  }

  /** A shape of two axes is no sequence unless its type says so. */
  @Test
  void twoAxesAreNoSequenceOfThemselves() {
    Type picture = Type.of(Shape.of(6, 2));
    assertEquals(
        "expected a sequence (time, features), found shape 6×2; put reshape in front",
        refusal(() -> Lstm.of(3).output(picture)));
    assertEquals(
        "expected a vector of features or a sequence of them, found shape 6×2; put flatten in"
            + " front",
        refusal(() -> Dense.of(3).output(picture)));
    assertEquals(Type.sequence(6, 2), new Reshape(Shape.of(6, 2)).output(picture));
  }

  private static String refusal(Runnable action) {
    return assertThrows(IllegalArgumentException.class, action::run).getMessage();
  }
}
