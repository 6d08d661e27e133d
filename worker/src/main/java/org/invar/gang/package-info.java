/**
 * A worker of a gang: its steps, the rounds that share sums and new values with the others, its
 * checkpoints, and what it and the driver tell each other.
 */
@NullMarked
package org.invar.gang;

import org.jspecify.annotations.NullMarked;
