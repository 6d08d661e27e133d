package org.invar.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.invar.source.picture.TestPictures;
import org.invar.tensor.Size;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No file of a source is left out without a word, and none that a person put there is dropped. */
class LeftOutFilesTest {
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

  private void write(String name, byte[] content) throws IOException {
    Files.createDirectories(folder.resolve(name).getParent());
    Files.write(folder.resolve(name), content);
  }

  private Input pictures() {
    return Input.open(spark, DataSource.Images.of(folder.toString(), new Size(2, 2)));
  }

  private List<String> read(Input input) {
    return input.rows().select("path", "label").collectAsList().stream()
        .map(row -> row.getString(1) + " " + row.getString(0).replaceFirst("^file:" + folder, ""))
        .sorted()
        .toList();
  }

  @Test
  void picturesWithUnderscoresAreReadAndHiddenFilesAreNot() throws IOException {
    byte[] jpeg = TestPictures.jpeg(4, 4);
    for (String name :
        List.of(
            "cat/_DSC0001.JPG", "cat/1.jfif", "_dog/2.jpeg", "_dog/50%+1 ä.jpg", "cat/.h.jpg")) {
      write(name, jpeg);
    }
    write(".cache/3.jpg", jpeg);
    Files.createSymbolicLink(folder.resolve("cat/loop"), folder);
    Input input = pictures();
    assertEquals(List.of(), input.notes());
    assertEquals(
        List.of(
            "_dog /_dog/2.jpeg",
            "_dog /_dog/50%+1 ä.jpg",
            "cat /cat/1.jfif",
            "cat /cat/_DSC0001.JPG"),
        read(input));
    PackedSplits packed = LocalSpark.pack(LocalSpark.packing(Targets.CLASSES, Columns.of()), input);
    assertEquals(List.of("_dog", "cat"), packed.preprocessing().classes());
    assertEquals(4, packed.train().rows());
  }

  @Test
  void filesOfOtherKindsAreCountedAndTheFirstIsNamed() throws IOException {
    write("cat/1.png", TestPictures.png(4, 4));
    for (String name : List.of("cat/a.webp", "dog/b.WEBP", "dog/c.tif", "notes", "dog/d.heic")) {
      write(name, new byte[] {1});
    }
    assertEquals(
        List.of(
            folder
                + ": 5 files are left out (2 .webp, 1 without ending, 1 .heic, 1 .tif), the first file:"
                + folder
                + "/cat/a.webp. Pictures are read from files that end with .png, .jpg, .gif and"
                + " .bmp; convert those that are to count."),
        pictures().notes());
    Files.delete(folder.resolve("cat/1.png"));
    var e = assertThrows(InvarException.class, this::pictures);
    assertTrue(
        e.getMessage()
            .contains("found other files alone, the first file:" + folder + "/cat/a.webp"),
        e.getMessage());
  }

  @Test
  void aPictureThatCannotBeReadIsNamedWithItsReason() throws IOException {
    write("cat/1.png", TestPictures.png(4, 4));
    write("dog/100%+ ö.jpg", TestPictures.cmyk());
    Input input = pictures();
    var e =
        assertThrows(
            InvarException.class,
            () -> LocalSpark.pack(LocalSpark.packing(Targets.CLASSES, Columns.of()), input));
    assertEquals(
        "file:"
            + folder
            + "/dog/100%+ ö.jpg, row 1 (label=dog), column content: expected a picture in RGB or"
            + " gray, found a JPEG in CMYK, the four colors of print. Convert it to RGB or gray, or"
            + " leave it out."
            + BadRows.REMEDY,
        e.getMessage());
  }

  @Test
  void tablesWhoseNamesBeginWithAnUnderscoreAreCounted() throws IOException {
    for (String name :
        List.of("a.csv", "_b.csv", "_old/c.csv", "_SUCCESS", "_delta_log/0.json", "_k=1/d.csv")) {
      write(name, "x,y\n1,0\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
    var source = new DataSource.Table("text", folder.toString(), java.util.Map.of());
    String notes = Input.open(spark, source).notes().stream().collect(Collectors.joining("\n"));
    assertTrue(
        notes.startsWith(
            folder + ": 2 files are left out (2 .csv), the first file:" + folder + "/_b.csv. "),
        notes);
    assertEquals(
        List.of(),
        Input.open(spark, new DataSource.Table("text", folder + "/a.csv", java.util.Map.of()))
            .notes());
  }
}
