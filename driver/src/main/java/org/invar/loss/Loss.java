package org.invar.loss;

/** A loss. */
public interface Loss {}
