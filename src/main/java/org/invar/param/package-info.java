/**
 * Flat vectors of parameters, their layout and initial values, and the order in which shards are
 * added.
 */
@NullMarked
package org.invar.param;

import org.jspecify.annotations.NullMarked;
