package org.invar.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.invar.compute.Slicing.Chunk;
import org.invar.optim.ParameterAverager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlicingTest {
  private static final int[] LENGTHS = {0, 1, 4095, 4096, 4097, 16_384, 16_385, 100_000};

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 8, 9, 64})
  void slicesCoverBothVectorsAndBeginAtBlocks(int workers) {
    for (int parameters : LENGTHS) {
      for (int state : LENGTHS) {
        var slicing = new Slicing(parameters, state, workers);
        assertEquals(0, slicing.from(0));
        assertEquals(0, slicing.stateFrom(0));
        assertEquals(parameters, slicing.to(workers - 1));
        assertEquals(state, slicing.stateTo(workers - 1));
        int covered = 0;
        for (int worker = 0; worker < workers; worker++) {
          assertTrue(
              slicing.from(worker) % ParameterAverager.BLOCK == 0
                  || slicing.from(worker) == parameters);
          covered += cover(slicing, worker);
        }
        assertEquals(parameters + state, covered, slicing.toString());
      }
    }
  }

  /** Checks that chunks go through a slice from front to back; returns their length. */
  private static int cover(Slicing slicing, int worker) {
    int local = 0;
    for (Chunk chunk : slicing.chunks(worker)) {
      assertTrue(chunk.length() > 0 && chunk.length() <= TreeSum.CHUNK, chunk.toString());
      assertEquals(local, slicing.local(worker, chunk.at()), chunk.toString());
      assertTrue(
          chunk.end() <= slicing.parameters() || chunk.at() >= slicing.parameters(),
          chunk + " lies in two vectors");
      local += chunk.length();
    }
    assertEquals(slicing.length(worker), local);
    return local;
  }

  @Test
  void withFewerBlocksThanWorkersSomeSlicesAreEmpty() {
    var slicing = new Slicing(5000, 2, 4);
    assertEquals("0 0 4096 4096 5000", bounds(slicing));
    assertTrue(slicing.chunks(0).isEmpty());
    assertEquals(slicing.chunks(1), slicing.chunks().subList(0, 2));
  }

  private static String bounds(Slicing slicing) {
    StringBuilder bounds = new StringBuilder("0");
    for (int worker = 0; worker < slicing.workers(); worker++) {
      bounds.append(' ').append(slicing.to(worker));
    }
    return bounds.toString();
  }

  @Test
  void theLargestVectorsAreCutWithoutOverflow() {
    var slicing = new Slicing(500_000_000, 500_000_000, 64);
    long covered = 0;
    for (Chunk chunk : slicing.chunks()) {
      covered += chunk.length();
    }
    assertEquals(1_000_000_000, covered);
  }
}
