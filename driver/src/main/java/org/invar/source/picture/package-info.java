/**
 * Pictures as pixels: what their files say in front of the pixels, and which cannot be read as they
 * are seen.
 */
@NullMarked
package org.invar.source.picture;

import org.jspecify.annotations.NullMarked;
