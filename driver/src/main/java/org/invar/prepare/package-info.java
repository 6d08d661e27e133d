/**
 * From a job to its network and its packed data, and what is refused before any of them is used.
 */
@NullMarked
package org.invar.prepare;

import org.jspecify.annotations.NullMarked;
