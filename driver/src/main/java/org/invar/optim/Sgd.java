package org.invar.optim;

/** A stand-in. */
public record Sgd() implements Optimizer {}
