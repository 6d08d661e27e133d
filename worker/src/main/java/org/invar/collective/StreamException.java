package org.invar.collective;

import java.io.IOException;
import java.io.Serial;

/** The bytes from the other side of a connection ended, or are not those that were sent. */
final class StreamException extends IOException {
  @Serial private static final long serialVersionUID = 1;

  private final String complaint;

  /** Makes an exception with what the other side did: {@code sent nothing}. */
  StreamException(String complaint) {
    super("the other side " + complaint);
    this.complaint = complaint;
  }

  /** Returns what the other side did, to follow its name. */
  String complaint() {
    return complaint;
  }
}
