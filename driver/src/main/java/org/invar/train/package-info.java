/** Training on Spark: the main loop, its decisions and checkpoints, and what it reports. */
@NullMarked
package org.invar.train;

import org.jspecify.annotations.NullMarked;
