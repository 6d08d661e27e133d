package org.invar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.SparkSession;
import org.invar.Program.Ended;
import org.invar.config.Job;
import org.invar.source.LocalSpark;
import org.invar.train.Trainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/invar} where the locale is that of a bare machine, a container or a cron job. */
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class LocaleIT {
  @TempDir private Path temporary;

  /** Java would read names beyond ASCII as question marks, and could open none of the files. */
  @Test
  void namesAndBytesAreThoseOfEveryLocale() throws Exception {
    StringBuilder rows = new StringBuilder("größe,b,y\n");
    for (int i = 0; i < 50; i++) {
      rows.append(i).append(',').append(i * 3 % 7).append(i % 2 == 0 ? ",Käse\n" : ",Brot\n");
    }
    Path table = Files.writeString(temporary.resolve("tö.csv"), rows);
    Path job =
        Files.writeString(
            temporary.resolve("prüfung.yaml"),
            """
            name: case
            data: {train: {format: csv, path: %s}, label: y, features: [größe, b]}
            model: {layers: [dense: 2]}
            loss: softmaxCrossEntropy
            train: {epochs: 2, batchSize: 16, optimizer: adam, schedule: {constant: 0.01}}
            """
                .formatted(table));
    Path expected = temporary.resolve("expected");
    try (SparkSession spark = LocalSpark.start(1)) {
      Trainer.of(spark, Job.load(job)).directory(expected.toString()).train();
    }

    Path out = temporary.resolve("läuft");
    Ended ended =
        Program.call(
            LauncherIT.LAUNCHER,
            temporary,
            temporary,
            Map.of("INVAR_HEAP", "1g", "LC_ALL", "C", "LANG", "tr_TR"),
            "train",
            "prüfung.yaml",
            "--set",
            "data.features=[größe, b]",
            "--out",
            "läuft",
            "--master",
            "local[1]");

    assertEquals(0, ended.code(), ended.out() + ended.err());
    assertEquals("", ended.err());
    assertTrue(ended.out().contains("Everything is in " + out), ended.out());
    assertTrue(Files.readString(out.resolve("summary.json")).contains("\"Käse\""));
    for (String file : List.of("weights.safetensors", "preprocessing.json")) {
      assertArrayEquals(
          Files.readAllBytes(expected.resolve("model").resolve(file)),
          Files.readAllBytes(out.resolve("model").resolve(file)),
          file);
    }
  }
}
