/**
 * The arithmetic of an executor: compute threads, the gradients and scores of its shards, the sums
 * over them, prediction, and what it takes of memory.
 */
@NullMarked
package org.invar.compute;

import org.jspecify.annotations.NullMarked;
