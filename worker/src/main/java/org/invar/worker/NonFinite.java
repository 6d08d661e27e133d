package org.invar.worker;

/**
 * Where a step's loss stopped being finite.
 *
 * @param shard of the batch where it was seen, {@link Integer#MAX_VALUE} where this worker saw
 *     nothing
 * @param what a layer or the loss
 */
record NonFinite(int shard, String what) {}
