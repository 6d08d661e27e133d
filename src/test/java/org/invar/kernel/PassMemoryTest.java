package org.invar.kernel;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.MemoryWorkspaceManager;
import org.nd4j.linalg.factory.Nd4j;

final class PassMemoryTest {
  private final MemoryWorkspaceManager workspaces = Nd4j.getWorkspaceManager();

  @Test
  void isGivenBackWithoutOthersWorkspaces() {
    try (MemoryWorkspace others = workspaces.getAndActivateWorkspace("of-the-caller")) {
      pass();
    }
    assertTrue(workspaces.checkIfWorkspaceExists("invar-pass"));

    PassMemory.release();
    assertFalse(workspaces.checkIfWorkspaceExists("invar-pass"));
    assertTrue(workspaces.checkIfWorkspaceExists("of-the-caller"));
    PassMemory.release();
    workspaces.destroyAllWorkspacesForCurrentThread();
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

  private static void pass() {
    try (MemoryWorkspace pass = PassMemory.open()) {
      Nd4j.zeros(16, 16);
    }
  }
}
