/** Training on Spark: the main loop, its exchange of gradients, and what it reports. */
@NullMarked
package org.invar.train;

import org.jspecify.annotations.NullMarked;
