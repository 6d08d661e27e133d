/** Scores whose sums over shards merge by addition. */
@NullMarked
package org.invar.metric;

import org.jspecify.annotations.NullMarked;
