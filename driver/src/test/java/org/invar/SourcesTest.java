package org.invar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Packages and files of main code stay of a size that can be read. */
class SourcesTest {
  private static final Path ROOT = Path.of(System.getProperty("invar.root"));

  private static final List<String> TREES =
      List.of(
          "src/main/java",
          "worker/src/main/java",
          "driver/src/main/java",
          "src/jmh/java",
          ".github/bench/jvm/java");

  private static final int MAX_FILES = 30;
  private static final int MAX_LINES = 300;

  /** What is larger still, and may shrink but not grow: files of a package. */
  private static final Map<String, Integer> LARGE_PACKAGES = Map.of("org.invar.source", 53);

  /** What is longer still, and may shrink but not grow: lines of a file. */
  private static final Map<String, Integer> LONG_FILES =
      Map.ofEntries(
          Map.entry("CheckpointStore.java", 370),
          Map.entry("Claim.java", 390),
          Map.entry("Gang.java", 320),
          Map.entry("GangSession.java", 310),
          Map.entry("Gangs.java", 340),
          Map.entry("KernelBenchmark.java", 350),
          Map.entry("NativeKernels.java", 330),
          Map.entry("Packer.java", 440),
          Map.entry("Preparation.java", 440),
          Map.entry("RowEncoder.java", 340),
          Map.entry("RunDirectory.java", 370),
          Map.entry("SearchDirectory.java", 440),
          Map.entry("Searching.java", 350),
          Map.entry("ShardPass.java", 330),
          Map.entry("SliceRound.java", 390),
          Map.entry("Training.java", 420),
          Map.entry("TrialRunner.java", 360),
          Map.entry("YamlDocument.java", 330));

  @Test
  void noPackageIsInTwoModules() {
    Map<String, String> modules = new TreeMap<>();
    for (String tree : TREES) {
      for (String name : packages(tree).keySet()) {
        String other = modules.put(name, tree);
        assertEquals(null, other, name + " is in " + tree + " too");
      }
    }
  }

  @Test
  void aPackageHasAtMostThirtyFiles() {
    for (String tree : TREES) {
      packages(tree)
          .forEach(
              (name, files) -> {
                int most = LARGE_PACKAGES.getOrDefault(name, MAX_FILES);
                assertTrue(files.size() <= most, name + " has " + files.size() + " files");
                assertTrue(
                    most <= MAX_FILES || files.size() > MAX_FILES,
                    name + " is large no more: take it from the list");
              });
    }
  }

  @Test
  void aFileHasAtMostThreeHundredLines() throws IOException {
    for (String tree : TREES) {
      for (List<Path> files : packages(tree).values()) {
        for (Path file : files) {
          String name = file.getFileName().toString();
          int lines = Files.readAllLines(file).size();
          int most = LONG_FILES.getOrDefault(name, MAX_LINES);
          assertTrue(lines <= most, file + " has " + lines + " lines, more than " + most);
          assertTrue(
              most <= MAX_LINES || lines > MAX_LINES,
              name + " is long no more: take it from the list");
        }
      }
    }
  }

  /** Returns the files of each package of a tree, without the packages' own. */
  private static Map<String, List<Path>> packages(String tree) {
    Path root = ROOT.resolve(tree);
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> !file.endsWith("package-info.java"))
          .collect(
              Collectors.groupingBy(
                  file -> root.relativize(file.getParent()).toString().replace('/', '.'),
                  TreeMap::new,
                  Collectors.toList()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
