package org.invar.search;

import java.util.Locale;

/** How far a trial has come. */
public enum TrialStatus {
  /** A part of it is being trained. */
  RUNNING,
  /** It waits at a checkpoint; at the end of a search, it was stopped there. */
  PAUSED,
  /** It is trained to its end and has a model. */
  FINISHED,
  /** It cannot be trained. */
  FAILED;

  /** Returns the word for it in what a search leaves: nothing is paused any more. */
  String atEnd() {
    return this == PAUSED ? "stopped" : name().toLowerCase(Locale.ROOT);
  }
}
