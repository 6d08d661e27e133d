package org.invar;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The arrows inside the core, and what it never knows of. */
class ArchitectureTest {
  private static final JavaClasses CORE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("org.invar");

  @Test
  void theCoreKnowsNothingOfSparkNorOfTheModulesAbove() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.apache.spark..",
            "org.apache.hadoop..",
            "scala..",
            "com.fasterxml..",
            "com.esotericsoftware..",
            "org.invar.collective..",
            "org.invar.storage..",
            "org.invar.rows..",
            "org.invar.compute..",
            "org.invar.gang..",
            "org.invar.source..",
            "org.invar.config..",
            "org.invar.checkpoint..",
            "org.invar.prepare..",
            "org.invar.exchange..",
            "org.invar.score..",
            "org.invar.train..",
            "org.invar.trials..",
            "org.invar.report..",
            "org.invar.search..",
            "org.invar.bench..",
            "org.invar.cli..")
        .check(CORE);
  }

  @ParameterizedTest
  @CsvSource({
    "random, tensor kernel nn loss optim data metric",
    "tensor, kernel nn loss optim data metric",
    "kernel, nn loss optim data metric",
    "loss, nn optim data metric",
    "optim, nn loss data metric",
    "data, nn loss optim metric",
    "metric, nn optim data",
    "nn, optim metric"
  })
  void aPackageKnowsNothingOf(String name, String others) {
    noClasses()
        .that()
        .resideInAPackage("org.invar." + name + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            Arrays.stream(others.split(" "))
                .map(other -> "org.invar." + other + "..")
                .toArray(String[]::new))
        .check(CORE);
  }

  @Test
  void packagesFormNoCycle() {
    slices().matching("org.invar.(**)").should().beFreeOfCycles().check(CORE);
  }
}
