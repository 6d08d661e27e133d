package org.invar.nn;

/** A layer. */
public interface Layer {}
