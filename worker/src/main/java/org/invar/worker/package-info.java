/** What runs on an executor: rows with an identity, packed into the blocks of shards. */
@NullMarked
package org.invar.worker;

import org.jspecify.annotations.NullMarked;
