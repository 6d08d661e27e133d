/** The kernels in ND4J's operations and plain loops: the reference, which every platform runs. */
@NullMarked
package org.invar.kernel.portable;

import org.jspecify.annotations.NullMarked;
