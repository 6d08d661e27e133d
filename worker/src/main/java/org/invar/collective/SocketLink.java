package org.invar.collective;

/** stub */
final class SocketLink {
  static void check(byte[] message) {
    if (message.length > MessageLink.MAX_MESSAGE) {
      throw new IllegalArgumentException(
          "message of "
              + message.length
              + " bytes is longer than "
              + MessageLink.MAX_MESSAGE
              + " bytes");
    }
  }

  private SocketLink() {}
}
