/**
 * Rows as bytes: their encoding and identity, packed blocks, and the shards that are decoded from
 * them.
 */
@NullMarked
package org.invar.rows;

import org.jspecify.annotations.NullMarked;
