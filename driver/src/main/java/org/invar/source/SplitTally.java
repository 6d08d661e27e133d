package org.invar.source;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Serializable;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.invar.storage.Json;

/**
 * What is counted of a split's rows before they are packed.
 *
 * @param rows how many there are
 * @param weighted those of a weight above 0
 * @param classes how often each class is the label, by id, those that occur; empty where labels are
 *     no classes
 * @param hash 32 hexadecimal digits: the sum of hashes of what the rows hold, so that a split that
 *     is read again can be compared, whatever the order of its rows
 */
public record SplitTally(long rows, long weighted, Map<Integer, Long> classes, String hash)
    implements Serializable {
  /** Copies the counts, in the order of the ids. */
  public SplitTally {
    classes = Collections.unmodifiableMap(new TreeMap<>(classes));
  }

  /** Returns what tells splits from others that have changed: rows and hash of each. */
  public static ObjectNode json(Map<Split, SplitTally> tallies) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    tallies.forEach(
        (split, tally) ->
            json.putObject(split.label()).put("rows", tally.rows).put("hash", tally.hash));
    return json;
  }
}
