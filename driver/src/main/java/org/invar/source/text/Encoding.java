package org.invar.source.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A text in UTF-8, without the byte order mark that its file may have.
 *
 * @param bytes the text
 * @param charset what the file is in: what its mark says, else what was asked for, else UTF-8
 * @param skipped the bytes of the mark
 */
record Encoding(InputStream bytes, Charset charset, int skipped) {
  private static final Charset UTF_32_LE = Charset.forName("UTF-32LE");
  private static final Charset UTF_32_BE = Charset.forName("UTF-32BE");
  private static final int LONGEST_MARK = 4;

  /** Returns whether bytes of a file in that encoding are those of the text in UTF-8. */
  static boolean isUtf8(Charset charset) {
    return charset.equals(StandardCharsets.UTF_8) || charset.equals(StandardCharsets.US_ASCII);
  }

  /**
   * Returns the text of a file.
   *
   * @param raw the file's bytes, decompressed
   * @param wanted the encoding that was asked for, or null
   */
  static Encoding of(InputStream raw, @Nullable Charset wanted) throws IOException {
    var in = new PushbackInputStream(raw, LONGEST_MARK);
    byte[] first = in.readNBytes(LONGEST_MARK);
    Charset marked = marked(first);
    int skipped = marked == null ? 0 : "\uFEFF".getBytes(marked).length;
    in.unread(first, skipped, first.length - skipped);
    Charset charset = marked != null ? marked : wanted != null ? wanted : StandardCharsets.UTF_8;
    return new Encoding(isUtf8(charset) ? in : new Utf8Stream(in, charset), charset, skipped);
  }

  private static @Nullable Charset marked(byte[] first) {
    if (starts(first, 0xEF, 0xBB, 0xBF)) {
      return StandardCharsets.UTF_8;
    }
    if (starts(first, 0xFF, 0xFE, 0, 0)) {
      return UTF_32_LE;
    }
    if (starts(first, 0, 0, 0xFE, 0xFF)) {
      return UTF_32_BE;
    }
    if (starts(first, 0xFF, 0xFE)) {
      return StandardCharsets.UTF_16LE;
    }
    return starts(first, 0xFE, 0xFF) ? StandardCharsets.UTF_16BE : null;
  }

  private static boolean starts(byte[] bytes, int... mark) {
    for (int i = 0; i < mark.length; i++) {
      if (i >= bytes.length || (bytes[i] & 0xFF) != mark[i]) {
        return false;
      }
    }
    return true;
  }
}
