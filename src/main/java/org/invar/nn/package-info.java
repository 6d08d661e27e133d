/** Layers, the networks that they form, and the tape that a pass through them keeps. */
@NullMarked
package org.invar.nn;

import org.jspecify.annotations.NullMarked;
