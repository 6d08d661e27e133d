package org.invar.search;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.invar.InvarException;
import org.invar.storage.DamagedFileException;
import org.invar.storage.Json;
import org.invar.storage.RunFiles;
import org.jspecify.annotations.Nullable;

/**
 * What has happened in a search, a JSON object a line: trials that began, and parts that ended.
 *
 * <p>Lines are appended and synced to the disk, one after the other, and never changed. Every
 * process that works on the search has a file of its own, {@code journal-0000.jsonl} and so on: not
 * all file systems can append to one that is there. A line that a kill has cut short counts as not
 * written. An object store shows a file when it is closed: after a kill the trials begin again,
 * with the values that seed, number and the file of their stage give, and find their own
 * directories.
 */
final class Journal implements Closeable {

  private final Path file;
  private final FSDataOutputStream out;

  private Journal(Path file, FSDataOutputStream out) {
    this.file = file;
    this.out = out;
  }

  /**
   * An entry.
   *
   * @param trial its number
   * @param stage the trial's
   * @param values the trial's, where it has just begun; otherwise empty
   * @param part what a part ended with, or null
   */
  record Entry(int trial, int stage, Map<String, JsonNode> values, @Nullable PartResult part) {
    /** Refuses what no search writes. */
    Entry {
      if (trial < 0 || stage < 0) {
        throw new IllegalArgumentException("trial %d of stage %d".formatted(trial, stage));
      }
    }
  }

  /** Opens the next file of a directory. */
  static Journal open(FileSystem fileSystem, Path directory) throws IOException {
    int number = 0;
    for (String name : RunFiles.names(fileSystem, directory)) {
      number += isJournal(name) ? 1 : 0;
    }
    Path file = new Path(directory, String.format(Locale.ROOT, "journal-%04d.jsonl", number));
    return new Journal(file, RunFiles.create(fileSystem, file, false));
  }

  /** Returns whether a file of that name is a journal's. */
  static boolean isJournal(String name) {
    return name.matches("journal-\\d{4,}\\.jsonl");
  }

  /** Appends an entry; it is on the disk when this returns. */
  void append(Entry entry) throws IOException {
    ObjectNode line = Json.MAPPER.valueToTree(entry);
    try {
      out.write((Json.line(line) + "\n").getBytes(StandardCharsets.UTF_8));
      out.hsync();
    } catch (FSError e) {
      throw RunFiles.failure(file, "written", e);
    }
  }

  /**
   * Returns all entries of a directory, in order.
   *
   * @throws InvarException when a line in the middle is damaged
   */
  static List<Entry> read(FileSystem fileSystem, Path directory) throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (String name : RunFiles.names(fileSystem, directory)) {
      if (isJournal(name)) {
        Path file = new Path(directory, name);
        String text = text(fileSystem, file);
        int from = 0;
        int line = 0;
        for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
          entries.add(entry(text.substring(from, end), file + ":" + ++line));
          from = end + 1;
        }
      }
    }
    return entries;
  }

  private static Entry entry(String line, String place) throws IOException {
    try {
      return Json.bind(
          Json.parse(line.getBytes(StandardCharsets.UTF_8), place), Entry.class, place);
    } catch (DamagedFileException e) {
      throw refusal(e.place(), e.expected(), e.found());
    }
  }

  private static String text(FileSystem fileSystem, Path file) throws IOException {
    try {
      return new String(RunFiles.read(fileSystem, file), StandardCharsets.UTF_8);
    } catch (DamagedFileException e) {
      throw refusal(e.place(), e.expected(), e.found());
    }
  }

  private static InvarException refusal(String place, String expected, String found) {
    return InvarException.of(
        place,
        "an entry of a search's journal: " + expected,
        found,
        "Put a copy of the file back, or start again with --overwrite.");
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
