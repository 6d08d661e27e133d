package org.invar.collective;

import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.invar.InvarException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ports and addresses. */
final class Endpoints {
  private static final Logger LOG = LoggerFactory.getLogger(Endpoints.class);

  private static final int BACKLOG = 1024;
  private static final int FIRST_USER_PORT = 1024;
  private static final int PORTS = 1 << 16;

  private Endpoints() {}

  /**
   * Binds a port of this machine under which others know it as {@code host}: on the address that
   * the host has here, or on all addresses where it has none (behind a gateway, in a container).
   *
   * @param who whose port, for messages
   * @param port the first to try, or 0 for any free one
   * @param retries how many of the following ports to try, as Spark does
   * @return a non-blocking channel
   * @throws InvarException when none is free
   */
  static ServerSocketChannel bind(String who, String host, int port, int retries) {
    InetAddress local = local(host);
    for (int offset = 0; offset <= (port == 0 ? 0 : retries); offset++) {
      ServerSocketChannel server = tryBind(who, local, port(port, offset));
      if (server != null) {
        return server;
      }
    }
    throw InvarException.of(
        "the port of " + who + " on " + host,
        retries == 0 ? "port " + port + " to be free" : "a free port from " + ports(port, retries),
        "all of them taken",
        "Set spark.invar.driver.port or spark.invar.worker.port to another, spark.port.maxRetries to"
            + " more, or end what holds them.");
  }

  /** Refuses a host that has no address on this machine. */
  static void requireHere(String who, String host) {
    if (local(host) == null) {
      throw InvarException.of(
          "the port of " + who,
          "an address of this machine",
          host,
          "Set spark.driver.bindAddress to the address of one of its network interfaces.");
    }
  }

  private static @Nullable ServerSocketChannel tryBind(
      String who, @Nullable InetAddress local, int port) {
    ServerSocketChannel server = null;
    try {
      server = ServerSocketChannel.open();
      server.bind(new InetSocketAddress(local, port), BACKLOG);
      server.configureBlocking(false);
      return server;
    } catch (BindException e) {
      close(server);
      return null;
    } catch (IOException e) {
      close(server);
      throw InvarException.of(
          "the port of " + who,
          "to bind port " + port + " of " + (local == null ? "all addresses" : local),
          e.toString(),
          "Give the address of one of this machine's network interfaces.");
    }
  }

  private static String ports(int port, int retries) {
    return port(port, 0) + " to " + port(port, retries);
  }

  private static int port(int first, int offset) {
    return first == 0
        ? 0
        : (first + offset - FIRST_USER_PORT) % (PORTS - FIRST_USER_PORT) + FIRST_USER_PORT;
  }

  private static @Nullable InetAddress local(String host) {
    try {
      InetAddress address = InetAddress.getByName(host);
      boolean here =
          address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
      return here ? address : null;
    } catch (UnknownHostException e) {
      LOG.warn("{} has no address here ({}): listening on all addresses", host, e.getMessage());
      return null;
    } catch (IOException e) {
      LOG.warn("cannot list network interfaces ({}): listening on all addresses", e.getMessage());
      return null;
    }
  }

  /** Returns the host as given, not resolved, with the port that was bound. */
  static InetSocketAddress address(String host, ServerSocketChannel server) {
    return InetSocketAddress.createUnresolved(host, server.socket().getLocalPort());
  }

  /** Sets a connection up for small and large messages alike. */
  static void tune(SocketChannel channel) throws IOException {
    // The sizes of socket buffers are left to the system, which adapts them to the network.
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
  }

  /** Returns an address as messages show it: {@code 10.0.0.3:41234}. */
  static String text(@Nullable SocketAddress address) {
    if (!(address instanceof InetSocketAddress inet)) {
      return String.valueOf(address);
    }
    InetAddress known = inet.getAddress();
    String host = known == null ? inet.getHostString() : known.getHostAddress();
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + inet.getPort();
  }

  /** Closes a channel or selector; there is nobody to tell when that fails. */
  static void close(@Nullable Closeable channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        LOG.debug("closing {}", channel, e);
      }
    }
  }
}
