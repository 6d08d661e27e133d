package org.invar.source;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.execution.datasources.HadoopFsRelation;
import org.apache.spark.sql.execution.datasources.LogicalRelation;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import scala.jdk.javaapi.CollectionConverters;

/** The columns that Spark makes of names of folders, such as {@code cls=01}. */
final class PartitionColumns {
  private PartitionColumns() {}

  /** Returns their names, in order; none of rows that are read from no files. */
  static List<String> of(Dataset<Row> rows) {
    var plan = ((org.apache.spark.sql.classic.Dataset<Row>) rows).queryExecution().analyzed();
    return CollectionConverters.asJava(plan.collectLeaves()).stream()
        .filter(LogicalRelation.class::isInstance)
        .map(leaf -> ((LogicalRelation) leaf).relation())
        .filter(HadoopFsRelation.class::isInstance)
        .flatMap(
            relation -> Arrays.stream(((HadoopFsRelation) relation).partitionSchema().fieldNames()))
        .toList();
  }

  /** Returns the schema of rows in which a folder's name is text as it stands: 01 is not 1. */
  static StructType asText(Dataset<Row> rows) {
    List<String> folders = of(rows).stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
    return DataTypes.createStructType(
        Arrays.stream(rows.schema().fields())
            .map(
                field ->
                    folders.contains(field.name().toLowerCase(Locale.ROOT))
                        ? new StructField(
                            field.name(), DataTypes.StringType, true, field.metadata())
                        : field)
            .toArray(StructField[]::new));
  }
}
