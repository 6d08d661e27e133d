/** What Invar is measured against on the JVM. */
@NullMarked
package org.invar.peers;

import org.jspecify.annotations.NullMarked;
