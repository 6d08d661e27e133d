package org.invar.source;

/** What a label is to the network. */
public enum Targets {
  /** One class of several, a target of class ids. */
  CLASSES,
  /** Yes or no, one output and a target of 0 or 1. */
  BINARY,
  /** One number or more, for regression. */
  VALUES,
  /** Probabilities of the classes, which sum to 1. */
  DISTRIBUTION;

  /** Returns whether a label is a class that has a name. */
  public boolean areClasses() {
    return this == CLASSES || this == BINARY;
  }
}
