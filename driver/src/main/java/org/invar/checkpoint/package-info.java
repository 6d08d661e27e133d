/**
 * What a run leaves on a file system: checkpoints, the run directory with its metrics, the finished
 * model.
 *
 * <p>Everything goes through Hadoop's FileSystem and relies on nothing but "a file exists with some
 * bytes after it was created": no rename, no lock, no append. Readers validate by length and
 * SHA-256.
 */
@NullMarked
package org.invar.checkpoint;

import org.jspecify.annotations.NullMarked;
