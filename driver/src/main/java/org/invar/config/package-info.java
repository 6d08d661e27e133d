/** Jobs: the settings of a run as records, and the names that job files have for them. */
@NullMarked
package org.invar.config;

import org.jspecify.annotations.NullMarked;
