/** Losses: the value and the gradient of a batch's weighted sum, from raw network outputs. */
@NullMarked
package org.invar.loss;

import org.jspecify.annotations.NullMarked;
