package org.invar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is in the job jar, and what a cluster has already and must not be. */
class JobJarIT {
  private static JarFile jar;
  private static List<String> names;

  @BeforeAll
  static void open() throws IOException {
    jar = new JarFile(Program.JOB_JAR.toFile());
    names = jar.stream().filter(entry -> !entry.isDirectory()).map(ZipEntry::getName).toList();
  }

  @AfterAll
  static void close() throws IOException {
    jar.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "org/invar/cli/Main.class",
        "org/invar/gang/",
        "org/invar/kernel/",
        "org/invar/shaded/snakeyaml/",
        "org/invar/shaded/picocli/",
        "org/nd4j/linalg/cpu/nativecpu/bindings/",
        "org/bytedeco/openblas/",
        "me/tongfei/progressbar/",
        "org/jline/terminal/"
      })
  void has(String prefix) {
    assertTrue(names.stream().anyMatch(name -> name.startsWith(prefix)), prefix);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "org/apache/spark/",
        "org/apache/hadoop/",
        "org/apache/logging/",
        "org/slf4j/",
        "scala/",
        "com/esotericsoftware/",
        "com/fasterxml/",
        "com/google/",
        "javax/",
        "io/netty/",
        "org/yaml/",
        "picocli/",
        "META-INF/versions/"
      })
  void hasNothingBelow(String prefix) {
    assertEquals(List.of(), names.stream().filter(name -> name.startsWith(prefix)).toList());
  }

  @Test
  void sharesNoClassWithSpark() throws IOException {
    Set<String> shared = new TreeSet<>();
    Set<String> ours =
        names.stream().filter(name -> name.endsWith(".class")).collect(Collectors.toSet());
    for (String path : Program.classPath("spark-classpath.txt")) {
      try (JarFile theirs = new JarFile(Path.of(path).toFile())) {
        theirs.stream().map(ZipEntry::getName).filter(ours::contains).forEach(shared::add);
      }
    }
    assertEquals(Set.of(), shared);
  }

  @Test
  void namesItsVersionAndEverythingThatItBundles() throws IOException {
    assertEquals(
        System.getProperty("invar.version"),
        jar.getManifest().getMainAttributes().getValue("Implementation-Version"));
    assertTrue(text("META-INF/LICENSE").contains("Apache License"));
    String notice = text("META-INF/NOTICE");
    Pattern artifact = Pattern.compile("META-INF/maven/([^/]+)/([^/]+)/pom\\.xml");
    names.stream()
        .map(artifact::matcher)
        .filter(found -> found.matches() && !found.group(1).equals("org.invar"))
        .forEach(
            found ->
                assertTrue(
                    notice.contains(found.group(1) + ":" + found.group(2))
                        || notice.contains(found.group(1) + ":*"),
                    () -> "NOTICE lacks " + found.group(1) + ":" + found.group(2)));
  }

  private static String text(String name) throws IOException {
    return new String(
        jar.getInputStream(jar.getEntry(name)).readAllBytes(), StandardCharsets.UTF_8);
  }
}
