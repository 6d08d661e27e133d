/**
 * The command line: {@code bin/invar train}, {@code evaluate}, {@code predict}, {@code explain},
 * {@code bench}.
 */
@NullMarked
package org.invar.cli;

import org.jspecify.annotations.NullMarked;
