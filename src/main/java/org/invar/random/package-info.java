/**
 * Counter-based random numbers: a value depends on its key and position only, never on shared
 * state.
 */
@NullMarked
package org.invar.random;

import org.jspecify.annotations.NullMarked;
