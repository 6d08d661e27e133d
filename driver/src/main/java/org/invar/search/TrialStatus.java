package org.invar.search;

/** How far a trial has come. */
public enum TrialStatus {
  /** A part of it is being trained. */
  RUNNING,
  /** It waits at a checkpoint; at the end of a search, it was stopped there. */
  PAUSED,
  /** It is trained to its end and has a model. */
  FINISHED,
  /** It cannot be trained. */
  FAILED
}
