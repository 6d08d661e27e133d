package org.invar.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StepTimeModelTest {
  private static final StepTimeModel MODEL = new StepTimeModel(50, 20, 0.5, 0.25, 1.5);

  @ParameterizedTest
  @CsvSource({
    "5000, 1, 5000, 0",
    "8192, 2, 4096, 32768",
    // Two blocks, of which the first worker has one and the second the rest.
    "5000, 2, 4096, 20000",
    // 61,706 values are 16 blocks: of 256 workers 16 own one, and receive it from 255.
    "61706, 256, 4096, 4408360"
  })
  void theLargestSliceCounts(int floats, int workers, int slice, long bytes) {
    assertEquals(slice, StepTimeModel.slice(floats, workers));
    assertEquals(bytes, StepTimeModel.bytes(floats, workers));
  }

  @Test
  void addsUpWhatAStepCosts() {
    // 2 × 50 µs; 1 peer; 32,768 bytes of 0.8 + 0.5 ns; 4,096 floats added and updated.
    double expected = 0.1 + 0.02 + 32768 * 1.3e-6 + 4096 * (0.25 + 1.5) * 1e-6;

    assertEquals(expected, MODEL.exchangeMillis(8192, 2, 10), 1e-12);
  }

  @Test
  void aWorkerAloneUpdates() {
    assertEquals(1.5e-6 * 8192, MODEL.exchangeMillis(8192, 1, 10), 1e-12);
  }

  @Test
  void findsTheCostsThatMeasurementsCameFrom() {
    List<StepTimeModel.Point> nothing = new ArrayList<>();
    List<StepTimeModel.Point> points = new ArrayList<>();
    for (int workers : new int[] {2, 3, 4}) {
      nothing.add(new StepTimeModel.Point(1, workers, 0.02 * (workers - 1)));
      points.add(point(100_000, workers));
      points.add(point(10_000_000, workers));
    }

    StepTimeModel found = StepTimeModel.fit(nothing, points, 0.25, 1.5);

    assertEquals(20, found.peerMicros(), 1e-9);
    assertEquals(0.5, found.nanosPerByte(), 1e-9);
    assertEquals(0.25, found.nanosPerAdd());
    assertEquals(1.5, found.nanosPerUpdate());
  }

  /** What the model would measure on one machine, whose network takes no time. */
  private static StepTimeModel.Point point(int floats, int workers) {
    var here = new StepTimeModel(0, 20, 0.5, 0.25, 1.5);
    return new StepTimeModel.Point(
        floats, workers, here.exchangeMillis(floats, workers, Double.POSITIVE_INFINITY));
  }

  @Test
  void aByteDoesNotCostLessThanNothing() {
    var point = new StepTimeModel.Point(8192, 2, 0.01);

    StepTimeModel found = StepTimeModel.fit(List.of(point), List.of(point), 0.25, 1.5);

    assertEquals(0, found.nanosPerByte());
  }
}
