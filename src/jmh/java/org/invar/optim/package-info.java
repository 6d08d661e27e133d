/** Benchmarks of the averager. */
@org.jspecify.annotations.NullMarked
package org.invar.optim;
