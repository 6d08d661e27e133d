package org.invar.source;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.spark.sql.Row;
import org.invar.rows.Shipped;
import org.jspecify.annotations.Nullable;

/**
 * What some columns of a source hold, found in one pass; the same whatever the order of rows, files
 * and partitions. Decides types, categories and classes on the training source.
 */
public final class Profile implements Serializable {
  private static final long serialVersionUID = 1;

  /** What a column is looked at for. */
  enum Use {
    /** How many rows have no value. */
    MISSING(0),
    /** Whether text is numbers. */
    NUMBERS(0),
    /** Which categories there are, each of which becomes an input. */
    CATEGORIES(10_000),
    /** Which classes there are; of arrays, those of the entries. */
    CLASSES(100_000),
    /** How long arrays are. */
    LENGTHS(0),
    /** Everything that people want to know. */
    STATISTICS(1_000);

    /** The most different values that are kept. */
    final int limit;

    Use(int limit) {
      this.limit = limit;
    }

    /** Whether nothing that follows can change that the column is refused. */
    private boolean isLost(ColumnProfile found) {
      return found.isOverLimit()
          && (this == CATEGORIES || (this == CLASSES && found.type() != ValueType.WHOLE));
    }
  }

  private final TreeMap<String, Use> uses;
  private final TreeMap<String, ColumnProfile> columns = new TreeMap<>();
  private @Nullable BadRow fault;

  private Profile(Map<String, Use> uses) {
    this.uses = new TreeMap<>(uses);
    this.uses.forEach((name, use) -> columns.put(name, new ColumnProfile(use.limit)));
  }

  /** Returns the profile of no columns. */
  public static Profile none() {
    return new Profile(Map.of());
  }

  /** Goes through a source's rows; not at all where no column is to be looked at. */
  static Profile of(Input input, Map<String, Use> uses) {
    Profile all = new Profile(uses);
    if (uses.isEmpty()) {
      return all;
    }
    List<String> wanted = Arrays.stream(input.rows().columns()).filter(uses::containsKey).toList();
    Located rows = Located.of(input, wanted);
    RowPlace place = RowPlace.of(input, rows.schema());
    Shipped<Profile> none = Shipped.of(all);
    List<Shipped<Profile>> parts =
        SparkFailures.explained(
            input.name(),
            () ->
                rows.rows()
                    .mapPartitions(part -> List.of(none.value().of(part, place)).iterator())
                    .collect());
    for (Shipped<Profile> part : parts) {
      part.value().columns.forEach((name, own) -> all.of(name).add(own));
      all.fault = all.fault == null ? part.value().fault : all.fault;
    }
    return all;
  }

  /**
   * Returns the profile of one partition, up to where it is known that the rest changes nothing.
   */
  private Shipped<Profile> of(Iterator<Row> rows, RowPlace place) {
    Profile part = new Profile(uses);
    String[] names = uses.keySet().toArray(new String[0]);
    RowPlace.Counter counter = place.counter();
    boolean lost = false;
    while (rows.hasNext() && !lost) {
      Row row = rows.next();
      long number = counter.next(row);
      BadRow bad = place.fault(row);
      if (bad != null) {
        part.fault = part.fault == null ? bad : part.fault;
        continue;
      }
      Supplier<ColumnProfile.Place> where = () -> place.of(row, number);
      for (String name : names) {
        Use use = Objects.requireNonNull(uses.get(name));
        part.add(name, use, row.getAs(name), where);
        lost |= use.isLost(part.of(name));
      }
    }
    return Shipped.of(part);
  }

  private void add(
      String name, Use use, @Nullable Object value, Supplier<ColumnProfile.Place> where) {
    ColumnProfile column = of(name);
    List<?> elements =
        use == Use.CLASSES || use == Use.LENGTHS ? NumberArray.elements(value) : null;
    if (use == Use.MISSING) {
      column.add(value == null ? null : 0, where);
    } else if (elements == null) {
      column.add(value, where);
    } else if (use == Use.LENGTHS) {
      column.add(elements.size(), where);
    } else {
      elements.forEach(element -> column.add(element, where));
    }
  }

  /** Returns what a column holds. */
  ColumnProfile of(String column) {
    ColumnProfile found = columns.get(column);
    if (found == null) {
      throw new IllegalStateException("nobody has looked at " + column);
    }
    return found;
  }

  /** Returns the first record that is no row at all, where there is one. */
  Optional<BadRow> fault() {
    return Optional.ofNullable(fault);
  }

  /** Returns whether a column was looked at. */
  boolean has(String column) {
    return columns.containsKey(column);
  }
}
