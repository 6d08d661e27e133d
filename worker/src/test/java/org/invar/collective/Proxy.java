package org.invar.collective;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Somebody on the way between two ends of connections, who records bytes and may change one. */
final class Proxy implements Closeable {
  private static final int NEVER = -1;

  private final ServerSocket server;
  private final InetSocketAddress target;
  private final int tamperAt;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final ByteArrayOutputStream there = new ByteArrayOutputStream();
  private final ByteArrayOutputStream back = new ByteArrayOutputStream();

  private Proxy(InetSocketAddress target, int tamperAt) throws IOException {
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    this.target = new InetSocketAddress(InetAddress.getLoopbackAddress(), target.getPort());
    this.tamperAt = tamperAt;
    start(this::accept);
  }

  static Proxy recording(InetSocketAddress target) throws IOException {
    return new Proxy(target, NEVER);
  }

  /** Returns a proxy that flips a bit of the byte at a position on the way to the target. */
  static Proxy tampering(InetSocketAddress target, int position) throws IOException {
    return new Proxy(target, position);
  }

  InetSocketAddress address() {
    return InetSocketAddress.createUnresolved("127.0.0.1", server.getLocalPort());
  }

  /** Returns what went to the target. */
  byte[] there() {
    synchronized (there) {
      return there.toByteArray();
    }
  }

  /** Returns what came back from the target. */
  byte[] back() {
    synchronized (back) {
      return back.toByteArray();
    }
  }

  private static void start(Runnable body) {
    Thread thread = new Thread(body, "proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        Socket from = server.accept();
        Socket to = new Socket(target.getAddress(), target.getPort());
        sockets.add(from);
        sockets.add(to);
        start(() -> pump(from, to, there, tamperAt));
        start(() -> pump(to, from, back, NEVER));
      }
    } catch (IOException e) {
      // Closed, or the target is: the test is over.
      close();
    }
  }

  private static void pump(Socket from, Socket to, ByteArrayOutputStream record, int tamperAt) {
    byte[] buffer = new byte[8192];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        synchronized (record) {
          int at = tamperAt - record.size();
          record.write(buffer, 0, count);
          if (at >= 0 && at < count) {
            buffer[at] ^= 0x10;
          }
        }
        out.write(buffer, 0, count);
      }
    } catch (IOException e) {
      // One of the ends has gone; both sockets are closed now.
      return;
    }
  }

  @Override
  public void close() {
    Endpoints.close(server);
    sockets.forEach(Endpoints::close);
  }
}
