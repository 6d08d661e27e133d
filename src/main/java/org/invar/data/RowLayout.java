package org.invar.data;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.invar.tensor.Field;
import org.jspecify.annotations.Nullable;

/**
 * The fields of every row of a source: the inputs, then the targets, each in their order.
 *
 * @param inputs what goes into the network
 * @param targets what its outputs are compared with
 */
public record RowLayout(List<Field> inputs, List<Field> targets) implements Serializable {
  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException when two fields have one name, or one goes along with what is
   *     no input of as many steps that has lengths of its own
   */
  public RowLayout {
    inputs = List.copyOf(inputs);
    targets = List.copyOf(targets);
    Map<String, Field> leaders = new HashMap<>();
    for (Field input : inputs) {
      requireLeader(leaders, input);
      requireNew(leaders.put(input.name(), input));
    }
    Map<String, Field> known = new HashMap<>(leaders);
    for (Field target : targets) {
      requireLeader(leaders, target);
      requireNew(known.put(target.name(), target));
    }
  }

  /** Returns all fields: inputs, then targets. */
  public List<Field> fields() {
    List<Field> all = new ArrayList<>(inputs);
    all.addAll(targets);
    return all;
  }

  private static void requireNew(@Nullable Field same) {
    if (same != null) {
      throw new IllegalArgumentException("expected one field " + same.name() + ", found two");
    }
  }

  private static void requireLeader(Map<String, Field> leaders, Field field) {
    if (field.along() == null) {
      return;
    }
    Field leader = leaders.get(field.along());
    if (leader == null
        || !leader.ragged()
        || leader.along() != null
        || leader.type().shape().get(0) != field.type().shape().get(0)) {
      String expected =
          "field %s of type %s: expected to go along with an input of as many steps that has lengths"
              + " of its own, found %s";
      throw new IllegalArgumentException(
          expected.formatted(field.name(), field.type(), leader == null ? field.along() : leader));
    }
  }
}
