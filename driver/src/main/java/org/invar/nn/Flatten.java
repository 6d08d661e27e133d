package org.invar.nn;

/** A stand-in. */
public record Flatten() implements Layer {}
