/** What a mini-batch is: shards of the data, their order, and how stored values become inputs. */
@NullMarked
package org.invar.data;

import org.jspecify.annotations.NullMarked;
