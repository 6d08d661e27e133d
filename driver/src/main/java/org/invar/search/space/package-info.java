/** Spaces of hyperparameters: what their distributions draw, and where that stands in a job. */
@NullMarked
package org.invar.search.space;

import org.jspecify.annotations.NullMarked;
