package org.invar.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.apache.spark.sql.SparkSession;
import org.invar.config.Job;
import org.invar.score.TrainedModel;

/** Tables of some rows, and models that were trained on them within a second. */
public record TinyTables(SparkSession spark, Path folder) {
  /** Writes a table of so many rows. */
  public Path csv(String name, String header, int rows, IntFunction<String> row) {
    List<String> lines = new ArrayList<>(List.of(header));
    for (int i = 0; i < rows; i++) {
      lines.add(row.apply(i));
    }
    return csv(name, lines.toArray(new String[0]));
  }

  /** Writes a table. */
  public Path csv(String name, String... lines) {
    try {
      Path file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      return Files.writeString(file, String.join("\n", lines) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns a job of one dense layer. */
  public Job job(String data, int outputs, String loss, int epochs) {
    String text =
        """
        name: tiny
        data: {%s}
        model: {layers: [{dense: %d}]}
        loss: %s
        train: {epochs: %d, batchSize: 16, shards: 2, optimizer: adam, schedule: {constant: 0.2}}
        """
            .formatted(data, outputs, loss, epochs);
    return Job.parse(text, "tiny");
  }

  /** Trains, and returns the model. */
  public TrainedModel trained(String name, Job job, TrainingListener listener) {
    String run = folder.resolve(name).toString();
    Trainer.of(spark, job).directory(run).listener(listener).train();
    return TrainedModel.load(spark, run);
  }
}
