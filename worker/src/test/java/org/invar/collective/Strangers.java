package org.invar.collective;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Connections to a port from whoever does not belong there. */
final class Strangers implements Closeable {
  private final List<Socket> sockets = new ArrayList<>();

  /** Opens connections: silent ones, and ones with random bytes, with HTTP, with half a hello. */
  static Strangers crowd(InetSocketAddress address, int count) throws IOException {
    Strangers strangers = new Strangers();
    SplittableRandom random = new SplittableRandom(2);
    for (int i = 0; i < count; i++) {
      byte[] bytes = new byte[i % 4 == 1 ? 5_000 : i % 4 == 2 ? 50 : 0];
      random.nextBytes(bytes);
      strangers.add(
          address, i % 4 == 3 ? "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.UTF_8) : bytes);
    }
    return strangers;
  }

  private void add(InetSocketAddress address, byte[] bytes) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), address.getPort());
    sockets.add(socket);
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException e) {
      // Thrown out already.
      return;
    }
  }

  /** Sends bytes and returns what is answered until the other side closes. */
  static byte[] answer(InetSocketAddress address, byte[] bytes) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), address.getPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(bytes);
      ByteArrayOutputStream answer = new ByteArrayOutputStream();
      try {
        socket.getInputStream().transferTo(answer);
      } catch (SocketTimeoutException e) {
        throw new AssertionError("not closed after " + answer.size() + " bytes", e);
      } catch (IOException e) {
        // Closed with bytes of ours unread: a reset.
        return answer.toByteArray();
      }
      return answer.toByteArray();
    }
  }

  @Override
  public void close() {
    sockets.forEach(Endpoints::close);
  }
}
