/** Networks from the literature, as layers. */
@NullMarked
package org.invar.nn.zoo;

import org.jspecify.annotations.NullMarked;
