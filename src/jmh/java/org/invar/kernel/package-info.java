/** Benchmarks of the kernels. */
@NullMarked
package org.invar.kernel;

import org.jspecify.annotations.NullMarked;
