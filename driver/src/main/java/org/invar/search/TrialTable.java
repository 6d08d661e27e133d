package org.invar.search;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.invar.search.space.Distribution;
import org.jspecify.annotations.Nullable;

/**
 * Trials as rows of a table: rank, trial, stage, status, epochs, score, parameters, seconds,
 * failure, then a column a key of the space, then one a metric of the last epoch.
 */
final class TrialTable {
  private final SearchSettings settings;

  TrialTable(SearchSettings settings) {
    this.settings = settings;
  }

  /** Returns a file of comma-separated values, with the names in the first line. */
  String csv(List<SearchedTrial> ranked) {
    List<String> lines = new ArrayList<>();
    Set<String> metrics = metrics(ranked);
    lines.add(
        Stream.of(schema(metrics).fieldNames())
            .map(TrialTable::quoted)
            .collect(Collectors.joining(",")));
    for (Row row : rows(ranked)) {
      List<String> cells = new ArrayList<>();
      for (int i = 0; i < row.length(); i++) {
        cells.add(row.isNullAt(i) ? "" : quoted(String.valueOf(row.get(i))));
      }
      lines.add(String.join(",", cells));
    }
    return String.join("\n", lines) + "\n";
  }

  private static String quoted(String cell) {
    return cell.matches("(?s).*[\",\r\n].*") ? '"' + cell.replace("\"", "\"\"") + '"' : cell;
  }

  /** Returns a row a trial, in the order given. */
  List<Row> rows(List<SearchedTrial> ranked) {
    Set<String> metrics = metrics(ranked);
    List<Row> rows = new ArrayList<>();
    for (SearchedTrial trial : ranked) {
      List<@Nullable Object> cells = new ArrayList<>();
      cells.add(rows.size() + 1);
      cells.add(trial.number());
      cells.add(trial.stage() + 1);
      cells.add(trial.status().atEnd());
      cells.add(trial.epochs());
      cells.add(trial.score());
      cells.add(trial.parameters());
      cells.add(trial.seconds());
      cells.add(trial.failure());
      settings.space().forEach((key, scale) -> cells.add(cell(trial.values().get(key), scale)));
      Map<String, Double> last =
          trial.curves().isEmpty() ? Map.of() : trial.curves().get(trial.curves().size() - 1);
      metrics.forEach(metric -> cells.add(last.get(metric)));
      rows.add(RowFactory.create(cells.toArray()));
    }
    return rows;
  }

  private static @Nullable Object cell(@Nullable JsonNode value, Distribution scale) {
    if (value == null) {
      return null;
    }
    DataType type = type(scale);
    return type == DataTypes.IntegerType
        ? (Object) value.intValue()
        : type == DataTypes.DoubleType ? (Object) value.doubleValue() : text(value);
  }

  /** Returns a value as people write it. */
  static String text(JsonNode value) {
    return value.isTextual() ? value.textValue() : value.toString();
  }

  private static DataType type(Distribution scale) {
    if (scale instanceof Distribution.Choice) {
      return DataTypes.StringType;
    }
    return scale.at(0).isInt() ? DataTypes.IntegerType : DataTypes.DoubleType;
  }

  private static Set<String> metrics(List<SearchedTrial> trials) {
    Set<String> metrics = new TreeSet<>();
    trials.forEach(trial -> trial.curves().forEach(epoch -> metrics.addAll(epoch.keySet())));
    return metrics;
  }

  /** Returns the columns of {@link #rows}. */
  StructType schema(List<SearchedTrial> ranked) {
    return schema(metrics(ranked));
  }

  private StructType schema(Set<String> metrics) {
    List<StructField> fields = new ArrayList<>();
    fields.add(field("rank", DataTypes.IntegerType));
    fields.add(field("trial", DataTypes.IntegerType));
    fields.add(field("stage", DataTypes.IntegerType));
    fields.add(field("status", DataTypes.StringType));
    fields.add(field("epochs", DataTypes.IntegerType));
    fields.add(field("score", DataTypes.DoubleType));
    fields.add(field("parameters", DataTypes.IntegerType));
    fields.add(field("seconds", DataTypes.DoubleType));
    fields.add(field("failure", DataTypes.StringType));
    settings.space().forEach((key, scale) -> fields.add(field(key, type(scale))));
    metrics.forEach(metric -> fields.add(field(metric, DataTypes.DoubleType)));
    return new StructType(fields.toArray(StructField[]::new));
  }

  private static StructField field(String name, DataType type) {
    return DataTypes.createStructField(name, type, true);
  }
}
