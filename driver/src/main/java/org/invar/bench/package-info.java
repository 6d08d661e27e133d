/** Measurements of what training runs, against what the machine could do at best. */
@NullMarked
package org.invar.bench;

import org.jspecify.annotations.NullMarked;
