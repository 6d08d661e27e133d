package org.invar.source.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.charset.Charset;
import org.apache.hadoop.conf.Configuration;
import org.invar.source.files.SourceFile;
import org.jspecify.annotations.Nullable;

/**
 * What one task reads of a file.
 *
 * @param index of the file in its source
 * @param file the file
 * @param cut where the part begins
 * @param end the offset behind it
 */
record FilePart(int index, SourceFile file, Cut cut, long end) implements Serializable {
  /** Returns a file as one part. */
  static FilePart whole(int index, SourceFile file) {
    return new FilePart(index, file, Cut.start(), Long.MAX_VALUE);
  }

  /** Returns whether the file begins with this part. */
  boolean isFirst() {
    return cut.offset() == 0;
  }

  /** Returns whether this is the whole file. */
  boolean isWhole() {
    return end == Long.MAX_VALUE;
  }

  /** Returns how many bytes of the file as it lies there the part has. */
  long bytes() {
    return Math.min(end, file.length()) - cut.offset();
  }

  /** Opens the part. */
  RecordReader open(Format format, Configuration hadoop) throws IOException {
    if (!isFirst()) {
      InputStream in = file.openAt(cut.offset(), hadoop);
      return new RecordReader(in, format.grammar(), format.nullText(), "UTF-8", cut, end);
    }
    Encoding text = Encoding.of(file.open(hadoop), format.wanted());
    Cut behindMark = new Cut(text.skipped(), Grammar.START, 1, -1);
    return new RecordReader(
        text.bytes(), format.grammar(), format.nullText(), text.charset().name(), behindMark, end);
  }

  /**
   * How a source's files are read.
   *
   * @param charset the name of the encoding that was asked for, or null
   * @param nullText what an unquoted field has in place of nothing, or null
   */
  record Format(Grammar grammar, @Nullable String charset, @Nullable String nullText)
      implements Serializable {
    static Format of(Grammar grammar, @Nullable Charset charset, @Nullable String nullText) {
      return new Format(grammar, charset == null ? null : charset.name(), nullText);
    }

    @Nullable Charset wanted() {
      return charset == null ? null : Charset.forName(charset);
    }
  }
}
