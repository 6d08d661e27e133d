/** The arithmetic of layers as a small set of fused operations, and the memory of a pass. */
@NullMarked
package org.invar.kernel;

import org.jspecify.annotations.NullMarked;
