package org.invar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Links between the documents lead somewhere, and a newcomer can read them. */
class DocumentsTest {
  private static final Path ROOT = Path.of(System.getProperty("invar.root"));
  private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "conf/README.md",
        ".github/bench/README.md"
      })
  void linksLeadSomewhereAndLinesAreShort(String name) throws IOException {
    Path document = ROOT.resolve(name);
    List<String> lines = Files.readAllLines(document);
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      String place = name + " line " + (i + 1) + ": " + line;
      assertTrue(line.codePointCount(0, line.length()) < 120, place);
      for (String target : targets(line)) {
        assertTrue(exists(document, target), place);
      }
    }
  }

  @Test
  void theReadmeHasUnder1200Words() throws IOException {
    int words = Files.readString(ROOT.resolve("README.md")).trim().split("\\s+").length;
    assertTrue(words < 1200, words + " words: the details belong into conf/README.md");
  }

  @Test
  void anAnchorIsTheHeadingInSmallLettersWithHyphens() {
    assertEquals("sparks-settings", anchor("### Spark's settings"));
  }

  /** Returns where the links of a line lead, but for those to other sites. */
  private static List<String> targets(String line) {
    return LINK.matcher(line)
        .results()
        .map((MatchResult link) -> link.group(1))
        .filter(target -> !target.startsWith("https://"))
        .toList();
  }

  private static boolean exists(Path from, String target) throws IOException {
    int hash = target.indexOf('#');
    String path = hash < 0 ? target : target.substring(0, hash);
    Path file = path.isEmpty() ? from : from.resolveSibling(path);
    return Files.exists(file)
        && (hash < 0
            || Files.readAllLines(file).stream()
                .filter(line -> line.startsWith("#"))
                .anyMatch(heading -> anchor(heading).equals(target.substring(hash + 1))));
  }

  /** Returns the anchor that GitHub gives to a heading. */
  private static String anchor(String heading) {
    return heading
        .replaceFirst("^#+ ", "")
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^\\p{L}\\p{N} _-]", "")
        .replace(' ', '-');
  }
}
