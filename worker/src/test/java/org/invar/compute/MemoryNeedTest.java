package org.invar.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.invar.InvarException;
import org.invar.loss.SoftmaxCrossEntropy;
import org.invar.nn.Dense;
import org.invar.nn.Network;
import org.invar.optim.Adam;
import org.invar.optim.Sgd;
import org.invar.tensor.Shape;
import org.junit.jupiter.api.Test;

/** What training takes at least, and what is said where there is less. */
class MemoryNeedTest {
  private static final long MIB = 1 << 20;

  /** 1,000 · 1,048 + 1,048 + 1,048 · 2 + 2 = 1,051,146 parameters, about 4 MiB. */
  private static final Network NETWORK =
      new Network(Shape.of(1000), List.of(Dense.of(1048), Dense.of(2)), SoftmaxCrossEntropy.of());

  private static final int P = NETWORK.layout().length();

  @Test
  void theCheckpointOfOneWorkerTakesMost() {
    // Two moments, and copies of them and of the parameters.
    assertEquals(4L * 5 * P, MemoryNeed.atLeast(NETWORK, Adam.of()).heap());
    // Initial values, and those of the largest entry.
    assertEquals(4L * (P + 1_048_000), MemoryNeed.atLeast(NETWORK, new Sgd()).heap());
    // The weights and a gradient; an input and all outputs.
    assertEquals(4L * (2 * P + 2050), MemoryNeed.atLeast(NETWORK, Adam.of()).outside());
  }

  @Test
  void moreWorkersShareTheMomentsAndThreadsHaveSums() {
    var four = MemoryNeed.of(NETWORK, Adam.of(), 4, false, 2, 4, 32);
    assertEquals(4L * (P + 1_048_000), four.heap());
    assertEquals(4L * (5L * P + 2 * 32 * 2050), four.outside());
    var alone = MemoryNeed.of(NETWORK, Adam.of(), 4, true, 8, 4, 32);
    assertEquals(4L * 3 * P, alone.heap());
    assertEquals(4L * (5L * P + 4 * 32 * 2050), alone.outside());
  }

  @Test
  void needLimitAndSettingAreNamed() {
    var need = new MemoryNeed(1_051_146, 300 * MIB + 1, 700 * MIB);
    var refusal =
        assertThrows(
            InvarException.class,
            () -> need.require("worker 1", new ProcessMemory(256 * MIB, 0, "HEAP", "OUTSIDE")));
    assertEquals(
        "worker 1: expected at least 301 MiB of heap for 1,051,146 parameters, found 256 MiB."
            + " Set more by HEAP, or take fewer or smaller layers.",
        refusal.getMessage());
    assertInstanceOf(TooLittleMemoryException.class, refusal.getCause());
    refusal =
        assertThrows(
            InvarException.class,
            () -> need.require("worker 1", new ProcessMemory(512 * MIB, 512 * MIB, "HEAP", "OUT")));
    assertTrue(refusal.getMessage().contains("700 MiB outside the heap"), refusal.getMessage());
    assertTrue(refusal.getMessage().contains("found 512 MiB. Set more by OUT, or take"));
  }

  @Test
  void whatIsHardlyEnoughIsAWarning() {
    var need = new MemoryNeed(10, 80 * MIB, 50 * MIB);
    var roomy = new ProcessMemory(200 * MIB, 200 * MIB, "HEAP", "OUT");
    assertTrue(need.tight(roomy).isEmpty());
    var tight = new ProcessMemory(100 * MIB, 200 * MIB, "HEAP", "OUT");
    assertTrue(need.tight(tight).orElseThrow().contains("80 MiB of heap, of 100 MiB"));
    var outside = new ProcessMemory(200 * MIB, 60 * MIB, "HEAP", "OUT");
    assertTrue(need.tight(outside).orElseThrow().endsWith("Set more by OUT."));
  }
}
