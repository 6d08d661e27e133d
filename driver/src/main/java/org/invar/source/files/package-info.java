/**
 * The files of a source: which are read, which are columns of their folders, which are left out.
 */
@NullMarked
package org.invar.source.files;

import org.jspecify.annotations.NullMarked;
