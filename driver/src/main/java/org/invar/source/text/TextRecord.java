package org.invar.source.text;

import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record of a text file.
 *
 * @param line the line that it begins in, from 1
 * @param fields its fields, null where one is empty and not quoted; empty where there is a fault
 * @param fault why it cannot be used, or null
 * @param open whether a quote in it is never closed, so that it has swallowed the lines behind it
 */
record TextRecord(long line, List<@Nullable String> fields, @Nullable Fault fault, boolean open)
    implements Serializable {
  /** Returns whether nothing stands in the line. */
  boolean isBlank() {
    return fault == null && fields.size() == 1 && fields.get(0) == null;
  }
}
