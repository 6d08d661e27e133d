/** Benchmarks of the kernels and of the averager. */
@org.jspecify.annotations.NullMarked
package org.invar.jmh;
