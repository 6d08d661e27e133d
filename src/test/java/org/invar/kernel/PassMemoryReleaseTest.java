package org.invar.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.MemoryWorkspaceManager;
import org.nd4j.linalg.factory.Nd4j;

final class PassMemoryReleaseTest {
  private final MemoryWorkspaceManager workspaces = Nd4j.getWorkspaceManager();

  @Test
  void isGivenBackWithoutOthersWorkspaces() {
    MemoryWorkspace others = workspaces.getAndActivateWorkspace("of-the-caller");
    others.close();
    try {
      MemoryWorkspace ours = pass();
      assertTrue(ours.getCurrentSize() > 0);

      PassMemory.release();
      assertEquals(0, ours.getCurrentSize());
      assertFalse(workspaces.checkIfWorkspaceExists("invar-pass"));
      assertTrue(workspaces.checkIfWorkspaceExists("of-the-caller"));
      PassMemory.release();
    } finally {
      workspaces.destroyWorkspace(others);
    }
  }

  /**
   * A process may have a large heap, which a full collection, asked for, would stop for seconds.
   */
  @Test
  void isGivenBackWithoutACollectionOfGarbage() {
    // A collection of the process's own may fall into one or two releases, not into ten.
    assertTrue(IntStream.range(0, 10).anyMatch(round -> garbageOutlivesARelease()));
  }

  private static boolean garbageOutlivesARelease() {
    pass();
    var garbage = new WeakReference<>(new Object());
    PassMemory.release();
    return garbage.get() != null;
  }

  private static MemoryWorkspace pass() {
    try (MemoryWorkspace pass = PassMemory.open()) {
      Nd4j.zeros(16, 16);
      return pass;
    }
  }
}
