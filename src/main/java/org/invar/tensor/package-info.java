/**
 * Shapes, types and values of tensors; flat vectors of parameters, their layout and initial values,
 * and the order in which shards are added.
 */
@NullMarked
package org.invar.tensor;

import org.jspecify.annotations.NullMarked;
