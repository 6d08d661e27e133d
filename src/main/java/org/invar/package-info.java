/** Invar: distributed deep-learning training whose weights do not depend on the cluster. */
@NullMarked
package org.invar;

import org.jspecify.annotations.NullMarked;
