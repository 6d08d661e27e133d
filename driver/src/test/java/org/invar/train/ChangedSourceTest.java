package org.invar.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.invar.checkpoint.RunDirectory;
import org.invar.config.Job;
import org.invar.source.LocalSpark;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that is finished, and whose data are no longer those that it was trained on. */
class ChangedSourceTest {
  @TempDir private static Path folder;
  private static SparkSession spark;

  @BeforeAll
  static void start() throws IOException {
    spark = LocalSpark.start(2);
    write(lines());
    resume("new", RunDirectory.Mode.NEW, new Told());
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      lines.add("r" + i + "," + i * 0.25 + "," + i % 7 + "," + i % 2);
    }
    return lines;
  }

  private static void write(List<String> lines) throws IOException {
    Files.createDirectories(folder.resolve("rows"));
    Files.writeString(
        folder.resolve("rows/rows.csv"), "id,a,b,y\n" + String.join("\n", lines) + "\n");
  }

  private static TrainingResult resume(String name, RunDirectory.Mode mode, Told told) {
    Job job =
        Job.parse(
            """
            name: changed
            data:
              train: {format: csv, path: %s/rows}
              dev: {split: 0.2}
              test: {split: 0.2}
              label: y
              id: id
              standardize: true
            model: {layers: [dense: 2]}
            loss: softmaxCrossEntropy
            train: {epochs: 1, batchSize: 16, optimizer: sgd, schedule: {constant: 0.1}}
            """
                .formatted(folder),
            name);
    return Trainer.of(spark, job)
        .directory(folder.resolve("run").toString())
        .mode(mode)
        .listener(told)
        .train();
  }

  private static void refused(List<String> lines, String message) throws IOException {
    write(lines);
    Told told = new Told();
    InvarException refused =
        assertThrows(InvarException.class, () -> resume("changed", RunDirectory.Mode.RESUME, told));
    assertTrue(refused.getMessage().contains(message), refused.getMessage());
    assertEquals(0, told.finishedAlready);
  }

  @Test
  void oneCellIsEnough() throws IOException {
    for (int row : new int[] {3, 17, 40, 55}) { // Of whichever split.
      List<String> lines = lines();
      lines.set(row, lines.get(row).replaceFirst(",[^,]*,", ",9.125,"));
      refused(lines, "The data has changed since the run was trained: put it back, or start again");
    }
  }

  @Test
  void aRowMoreOrLess() throws IOException {
    refused(lines().subList(0, 59), "rows with hash ");
    List<String> more = lines();
    more.add("r60,1,1,1");
    refused(more, "rows with hash ");
    List<String> label = lines();
    label.set(5, label.get(5).replaceFirst(".$", "0"));
    refused(label, "rows with hash ");
  }

  @Test
  void theSameRowsInAnotherOrderAreTheSameData() throws IOException {
    List<String> lines = lines();
    Collections.reverse(lines);
    write(lines);
    Told told = new Told();
    TrainingResult result = resume("same", RunDirectory.Mode.RESUME, told);
    assertEquals(1, told.finishedAlready);
    assertEquals(1, result.epochs());
  }
}
