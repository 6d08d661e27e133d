package org.invar.nn.zoo;

/** A known network. */
public interface Zoo {}
