package org.invar.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.invar.tensor.Value;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

class BatchTest {
  @Test
  void rowsWeighAsTheirClassesDo() {
    var batch = new Batch(Value.of(Nd4j.zeros(3, 2)), new float[] {1, 0, 1}, new float[] {2, 2, 0});
    Batch weighted = batch.weightedBy(new float[] {0.5f, 3});
    assertArrayEquals(new float[] {6, 1, 0}, weighted.weights());
    assertEquals(7, weighted.weight());
    assertEquals(4, batch.weight());
    assertSame(batch, batch.weightedBy(new float[0]));
  }
}
