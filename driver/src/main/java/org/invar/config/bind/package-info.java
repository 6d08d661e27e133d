/**
 * Trees of settings bound to records, and records written as trees: the names, the defaults, and
 * what is wrong with a tree.
 */
@NullMarked
package org.invar.config.bind;

import org.jspecify.annotations.NullMarked;
