/**
 * Update rules, clipping, the averager that applies them to the flat parameters, and the decisions
 * that follow a watched metric.
 */
@NullMarked
package org.invar.optim;

import org.jspecify.annotations.NullMarked;
