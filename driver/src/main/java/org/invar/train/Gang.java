package org.invar.train;

public class Gang {}
