/** Which trials go on: successive halving and the median rule, by what they have scored so far. */
@NullMarked
package org.invar.search.schedule;

import org.jspecify.annotations.NullMarked;
