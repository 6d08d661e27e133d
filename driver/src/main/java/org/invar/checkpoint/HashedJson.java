package org.invar.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.invar.storage.DamagedFileException;
import org.invar.storage.Json;
import org.invar.storage.StoredFile;

/**
 * A file of JSON that is whole or recognized as not being so.
 *
 * <p>It reads {@code {"sha256":"…","body":…}} and a newline, the hash being of the body's bytes as
 * they stand, so that it is checked before anything of it is parsed.
 */
public final class HashedJson {
  private static final String HEAD = "{\"sha256\":\"";
  private static final String MIDDLE = "\",\"body\":";
  private static final String TAIL = "}\n";

  /** What stands at the end and nowhere before: an indented body has no two braces in a row. */
  private static final String END = "\n}" + TAIL;

  private static final int HASH_DIGITS = 64;

  private HashedJson() {}

  /** Returns the file's bytes. */
  public static byte[] bytes(JsonNode body) {
    String text = Json.state(body);
    String hash = StoredFile.sha256(text.getBytes(StandardCharsets.UTF_8));
    return (HEAD + hash + MIDDLE + text + TAIL).getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Returns the body of some bytes.
   *
   * @param kind of file, for messages, for example {@code manifest}
   * @param place names the file in messages
   * @throws DamagedFileException when they are not what {@link #bytes} made
   */
  public static JsonNode body(byte[] bytes, String kind, String place) throws IOException {
    int hashEnd = HEAD.length() + HASH_DIGITS;
    int bodyBegin = hashEnd + MIDDLE.length();
    int bodyEnd = bytes.length - TAIL.length();
    if (bodyEnd < bodyBegin
        || !text(bytes, 0, HEAD.length()).equals(HEAD)
        || !text(bytes, hashEnd, bodyBegin).equals(MIDDLE)
        || !text(bytes, bodyEnd, bytes.length).equals(TAIL)) {
      throw new DamagedFileException(
          place, "a whole " + kind, bytes.length + " bytes that are none");
    }
    byte[] body = Arrays.copyOfRange(bytes, bodyBegin, bodyEnd);
    String expected = text(bytes, HEAD.length(), hashEnd);
    String hash = StoredFile.sha256(body);
    if (!hash.equals(expected)) {
      throw new DamagedFileException(
          place, "a body of SHA-256 " + expected, "one of SHA-256 " + hash);
    }
    return Json.parse(body, place);
  }

  /** Returns whether the bytes are the beginning of a file whose writing was cut short. */
  public static boolean cutShort(byte[] bytes) {
    int length = Math.min(bytes.length, HEAD.length());
    boolean begun = text(bytes, 0, length).equals(HEAD.substring(0, length));
    int end = bytes.length - END.length();
    return begun && (end < 0 || !text(bytes, end, bytes.length).equals(END));
  }

  private static String text(byte[] bytes, int begin, int end) {
    return new String(bytes, begin, end - begin, StandardCharsets.UTF_8);
  }
}
