package org.invar.collective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import org.invar.InvarException;
import org.junit.jupiter.api.Test;

/** Which address and port a worker listens on. */
class EndpointsTest {
  private static InetSocketAddress bound(ServerSocketChannel server) throws Exception {
    return (InetSocketAddress) server.getLocalAddress();
  }

  @Test
  void bindsTheHostsAddressWhenItIsOneOfThisMachine() throws Exception {
    try (ServerSocketChannel server = Endpoints.bind("worker 1", "localhost", 0, 0)) {
      assertTrue(bound(server).getAddress().isLoopbackAddress(), bound(server).toString());
      assertEquals("localhost", Endpoints.address("localhost", server).getHostString());
      assertTrue(Endpoints.address("localhost", server).isUnresolved());
    }
  }

  @Test
  void bindsAllAddressesForAHostThatIsElsewhereOrUnknown() throws Exception {
    for (String host : new String[] {"192.0.2.1", "nowhere.invalid"}) {
      try (ServerSocketChannel server = Endpoints.bind("worker 1", host, 0, 0)) {
        assertTrue(bound(server).getAddress().isAnyLocalAddress(), bound(server).toString());
      }
    }
  }

  @Test
  void triesTheFollowingPorts() throws Exception {
    try (ServerSocketChannel first = Endpoints.bind("worker 1", "127.0.0.1", 0, 0)) {
      int port = bound(first).getPort();
      try (ServerSocketChannel second = Endpoints.bind("worker 2", "127.0.0.1", port, 16)) {
        int found = bound(second).getPort();
        assertTrue(port != found, port + " is bound twice");
        InvarException taken =
            assertThrows(
                InvarException.class, () -> Endpoints.bind("worker 3", "127.0.0.1", port, 0));
        assertEquals(
            "the port of worker 3 on 127.0.0.1: expected port "
                + port
                + " to be free, found all of them taken. Set spark.invar.driver.port or"
                + " spark.invar.worker.port to another, spark.port.maxRetries to more, or end what"
                + " holds them.",
            taken.getMessage());
      }
    }
  }

  @Test
  void namesAddressesAsPeopleWriteThem() {
    assertEquals("a.b:7", Endpoints.text(InetSocketAddress.createUnresolved("a.b", 7)));
    assertEquals("[::1]:7", Endpoints.text(InetSocketAddress.createUnresolved("::1", 7)));
  }
}
