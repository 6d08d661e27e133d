/**
 * What processes of a run leave for others on a file system: safetensors, files that are checked by
 * length and SHA-256, and the slices of checkpoints.
 *
 * <p>Everything goes through Hadoop's FileSystem and relies on nothing but "a file exists with some
 * bytes after it was created": no rename, no lock, no append.
 */
@NullMarked
package org.invar.storage;

import org.jspecify.annotations.NullMarked;
