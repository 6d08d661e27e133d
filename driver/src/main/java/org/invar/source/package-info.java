/** Where rows come from. */
@NullMarked
package org.invar.source;

import org.jspecify.annotations.NullMarked;
