package org.invar.cli;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashMap;
import java.util.Map;
import org.invar.InvarException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tasks that want more cores than executors have are refused before Spark starts. */
class TaskCpusTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      nullValues = "-",
      value = {
        "local; 2; -; at most 1, the cores of an executor (local)",
        "local[1]; 2; -; at most 1, the cores of an executor (local[1])",
        "local[2,3]; 4; -; at most 2, the cores of an executor (local[2,3])",
        "local-cluster[2,1,1024]; 2; 8; at most 1, the cores of an executor (local-cluster[2,1,1024])",
        "spark://h:7077; 4; 2; at most 2, the cores of an executor (spark.executor.cores)",
        "yarn; 2; 1; at most 1, the cores of an executor (spark.executor.cores)",
      })
  void moreThanThereAre(String master, String cpus, String cores, String told) {
    String message =
        assertThrows(InvarException.class, () -> check(master, cpus, cores)).getMessage();
    assertEquals(
        "spark.task.cpus: expected "
            + told
            + ", found "
            + cpus
            + ". Leave it out: a gang takes all cores of an executor, and every other task one.",
        message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      nullValues = "-",
      value = {
        "local[2]; 2; -",
        "local[*]; 64; -",
        "local-cluster[2,4,1024]; 2; -",
        "spark://h:7077; 2; -",
        "spark://h:7077; -; 1",
      })
  void othersPass(String master, String cpus, String cores) {
    assertDoesNotThrow(() -> check(master, cpus, cores));
  }

  private static void check(String master, String cpus, String cores) {
    Map<String, String> settings = new HashMap<>();
    settings.put("spark.task.cpus", cpus);
    settings.put("spark.executor.cores", cores);
    TaskCpus.check(settings::get, master);
  }
}
