package org.invar.train;

import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.invar.config.Job;
import org.invar.config.yaml.YamlDocument;

/**
 * A program that trains with layers of its own, {@link Hang} and {@link Shake}: arguments are job
 * and directory.
 */
final class OwnLayerProgram {
  private OwnLayerProgram() {}

  public static void main(String[] arguments) {
    Job job = Job.of(YamlDocument.read(Path.of(arguments[0])), Shake.binder());
    SparkSession spark = SparkSession.builder().appName("own layer").getOrCreate();
    try {
      Trainer.of(spark, job)
          .directory(arguments[1])
          .listener(
              new TrainingListener() {
                @Override
                public void warning(String warning) {
                  System.out.println(warning);
                }
              })
          .train();
    } finally {
      spark.stop();
    }
  }
}
