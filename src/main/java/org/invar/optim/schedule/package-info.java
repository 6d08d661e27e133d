/** Learning rates as functions of how far a run has come. */
@NullMarked
package org.invar.optim.schedule;

import org.jspecify.annotations.NullMarked;
