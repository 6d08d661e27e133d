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

/** The arrows between modules and inside the driver, and how classes of all modules are named. */
class ArchitectureTest {
  private static final JavaClasses MODULES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("org.invar");

  private static final String DRIVER =
      "source config checkpoint prepare exchange score train trials report search bench cli";

  @ParameterizedTest
  @CsvSource({
    "storage, collective rows compute gang " + DRIVER,
    "collective, storage rows compute gang " + DRIVER,
    "rows, collective storage compute gang " + DRIVER,
    "compute, collective storage gang " + DRIVER,
    "gang, " + DRIVER,
    "source, checkpoint prepare exchange score train trials report search bench cli",
    "config, checkpoint prepare exchange score train trials report search bench cli",
    "checkpoint, config source prepare exchange score train trials report search bench cli",
    "prepare, checkpoint exchange score train trials report search bench cli",
    "exchange, checkpoint prepare score train trials report search bench cli",
    "score, train trials report search bench cli",
    "train, trials report search bench cli",
    "trials, report search bench cli",
    "report, search trials bench cli",
    "search, report bench cli",
    "bench, checkpoint trials search cli"
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
        .allowEmptyShould(true)
        .check(MODULES);
  }

  @Test
  void packagesFormNoCycle() {
    slices().matching("org.invar.(**)").should().beFreeOfCycles().check(MODULES);
  }

  @Test
  void nothingKnowsTheCommandLine() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.invar.cli..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.invar.cli..")
        .check(MODULES);
  }

  @Test
  void namesSayWhatAClassIs() {
    noClasses()
        .should()
        .haveNameMatching(".*[.$](Base([A-Z][^.$]*)?|[^.$]*(Impl|Manager|Utils?|Helper))")
        .check(MODULES);
  }
}
