package org.invar.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WrongHeaderOptionsTest {
  private static SparkSession spark;

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    spark = LocalSpark.start(2);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static void proposes(String option, String... columns) {
    var e = assertThrows(InvarException.class, () -> Names.require("x.csv", "y", List.of(columns)));
    assertTrue(e.getMessage().contains(option), e.getMessage());
    e =
        assertThrows(
            InvarException.class,
            () -> Names.requireAll("x.csv", List.of("y", "b"), List.of(columns)));
    assertTrue(e.getMessage().contains(option), e.getMessage());
  }

  @Test
  void theOptionThatMendsAMissingColumnIsProposed() {
    proposes("{sep: \";\"}", "a;b;y");
    proposes("{sep: \"\\t\"}", "a\tb\ty");
    proposes("{sep: \"|\"}", "a | b | y");
    proposes("ignoreLeadingWhiteSpace: true", "a", " y");
    proposes("header: false", "1.5", "-2e3", "x");
    proposes("header: true", "_c0", "_c1");
    var e =
        assertThrows(InvarException.class, () -> Names.require("x.csv", "y", List.of("a", "y ")));
    assertTrue(e.getMessage().contains("found the columns [a, \"y \"]"), e.getMessage());
    e = assertThrows(InvarException.class, () -> Names.require("x", "y", List.of("abc", "yy")));
    assertTrue(e.getMessage().endsWith("Did you mean yy?"), e.getMessage());
  }

  @Test
  void theProposedOptionsMendIt() throws IOException {
    Path file = Files.writeString(folder.resolve("a.csv"), "a; y \n1; \"2\" \n3; 4\n");
    var options =
        Map.of("sep", ";", "ignoreLeadingWhiteSpace", "true", "ignoreTrailingWhiteSpace", "true");
    Input input = Input.open(spark, new DataSource.Table("csv", file.toString(), options));
    assertEquals(List.of("a", "y"), List.of(input.rows().columns()));
    var packed = LocalSpark.pack(LocalSpark.packing(Targets.VALUES, Columns.labeled("y")), input);
    assertEquals(2, packed.train().rows());
  }
}
