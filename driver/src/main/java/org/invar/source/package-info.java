/** Where rows come from, what becomes of their columns, and how they become packed shards. */
@NullMarked
package org.invar.source;

import org.jspecify.annotations.NullMarked;
