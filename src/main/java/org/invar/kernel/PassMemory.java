package org.invar.kernel;

import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.MemoryWorkspaceManager;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.memory.enums.AllocationPolicy;
import org.nd4j.linalg.api.memory.enums.LearningPolicy;
import org.nd4j.linalg.api.memory.enums.ResetPolicy;
import org.nd4j.linalg.api.memory.enums.SpillPolicy;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Where the arrays of a pass live: memory outside the heap, a thread's own, that the thread's next
 * pass uses again.
 */
public final class PassMemory {
  private static final String NAME = "invar-pass";
  private static final WorkspaceConfiguration CONFIGURATION =
      WorkspaceConfiguration.builder()
          .policyAllocation(AllocationPolicy.OVERALLOCATE)
          .overallocationLimit(0.1)
          .policyLearning(LearningPolicy.FIRST_LOOP)
          .policyReset(ResetPolicy.BLOCK_LEFT)
          .policySpill(SpillPolicy.REALLOCATE)
          .build();

  private PassMemory() {}

  /** Begins a pass of this thread, at whose end, by closing, its arrays are gone. */
  public static MemoryWorkspace open() {
    return Nd4j.getWorkspaceManager().getAndActivateWorkspace(CONFIGURATION, NAME);
  }

  /**
   * Gives back what this thread's passes have used. Not by {@code
   * destroyAllWorkspacesForCurrentThread}, which also takes others' workspaces, and collects the
   * garbage of the whole process.
   */
  public static void release() {
    MemoryWorkspaceManager workspaces = Nd4j.getWorkspaceManager();
    if (workspaces.checkIfWorkspaceExists(NAME)) {
      workspaces.destroyWorkspace(workspaces.getWorkspaceForCurrentThread(CONFIGURATION, NAME));
    }
  }
}
