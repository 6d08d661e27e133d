package org.invar.source.text;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The bytes of a field in UTF-8, as they come in. */
final class FieldText {
  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT);
  private byte[] bytes = new byte[64];
  private int length;
  private boolean ascii = true;

  void clear() {
    length = 0;
    ascii = true;
  }

  void add(int octet) {
    if (length == bytes.length) {
      bytes = Arrays.copyOf(bytes, 2 * length);
    }
    bytes[length++] = (byte) octet;
    ascii &= octet < 0x80;
  }

  /** Takes the blanks at the end away. */
  void trimEnd() {
    while (length > 0 && Grammar.isBlank(bytes[length - 1])) {
      length--;
    }
  }

  /** Returns the text, or null when the bytes are none. */
  @Nullable String text() {
    if (ascii) {
      return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    }
    try {
      return decoder.decode(ByteBuffer.wrap(bytes, 0, length)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  /** Returns the text with whatever it has, for messages. */
  String shown() {
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }
}
