package org.invar.optim;

/** An update rule. */
public sealed interface Optimizer permits Sgd, Adam {}
