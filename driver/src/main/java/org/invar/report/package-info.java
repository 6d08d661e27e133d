/** What a person sees of a run: progress, tables, a diagnosis, estimates of memory. */
@NullMarked
package org.invar.report;

import org.jspecify.annotations.NullMarked;
