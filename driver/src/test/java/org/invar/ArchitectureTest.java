package org.invar;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

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

  @ParameterizedTest
  @CsvSource({
    "storage, rows compute gang collective config source train checkpoint report search ml bench cli",
    "collective, rows compute gang storage config source train checkpoint report search ml bench cli",
    "rows, compute gang storage config source train checkpoint report search ml bench cli",
    "compute, gang storage config source train checkpoint report search ml bench cli",
    "gang, config source train checkpoint report search ml bench cli",
    "config, train report search ml bench cli",
    "source, train report search ml bench cli",
    "checkpoint, config source train report search ml bench cli",
    "train, report search ml bench cli",
    "report, search ml bench cli",
    "search, bench cli",
    "ml, bench cli",
    "bench, checkpoint search ml cli"
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
