/**
 * Training of many jobs on the same packed data, as a search does it, in tasks or gangs that may
 * run at once.
 */
@NullMarked
package org.invar.trials;

import org.jspecify.annotations.NullMarked;
