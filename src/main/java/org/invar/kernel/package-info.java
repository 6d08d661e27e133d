/**
 * The arithmetic of layers as a small set of fused operations, and its portable implementation in
 * ND4J.
 */
@NullMarked
package org.invar.kernel;

import org.jspecify.annotations.NullMarked;
