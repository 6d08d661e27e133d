/** The kernels of oneDNN, called directly, and the choice between them and the portable ones. */
@NullMarked
package org.invar.kernel.onednn;

import org.jspecify.annotations.NullMarked;
