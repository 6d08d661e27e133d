package org.invar.source.text;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * A text of another encoding as UTF-8. Where its bytes are no text stands a byte that UTF-8 does
 * not have, so that whoever reads finds the fault in its line.
 */
final class Utf8Stream extends InputStream {
  private static final byte NO_TEXT = (byte) 0xFF;

  private final InputStream in;
  private final CharsetDecoder decoder;
  private final ByteBuffer bytes = ByteBuffer.allocate(1 << 13).flip();
  private final CharBuffer chars = CharBuffer.allocate(1 << 13);
  private ByteBuffer ready = ByteBuffer.allocate(0);
  private boolean faulty;
  private boolean ended;

  Utf8Stream(InputStream in, Charset charset) {
    this.in = in;
    this.decoder =
        charset
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
  }

  @Override
  public int read() throws IOException {
    return fill() ? ready.get() & 0xFF : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int count = Math.min(length, ready.remaining());
    ready.get(target, offset, count);
    return count;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  /** Returns whether a byte is there to be read. */
  private boolean fill() throws IOException {
    while (!ready.hasRemaining()) {
      if (faulty) {
        faulty = false;
        ready = ByteBuffer.wrap(new byte[] {NO_TEXT});
      } else if (ended && !bytes.hasRemaining()) {
        return false;
      } else {
        decode();
      }
    }
    return true;
  }

  private void decode() throws IOException {
    if (!ended) {
      bytes.compact();
      int count = in.read(bytes.array(), bytes.position(), bytes.remaining());
      ended = count < 0;
      bytes.position(bytes.position() + Math.max(0, count)).flip();
    }
    // A pair of surrogates always comes out at once, so that no half of one is encoded alone.
    chars.clear();
    CoderResult result = decoder.decode(bytes, chars, ended);
    if (result.isError()) {
      bytes.position(bytes.position() + result.length());
      faulty = true;
    }
    ready = StandardCharsets.UTF_8.encode(chars.flip());
  }
}
