package org.invar.collective;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import org.invar.InvarException;
import org.junit.jupiter.api.Test;

/** A range of ports that others have: one sentence that names the settings. */
class PortsTakenTest {
  private static final int RETRIES = 2;

  @Test
  void driverAndWorkerNameTheirSettings() throws Exception {
    RunKey key = RunKey.random();
    List<ServerSocket> others = new ArrayList<>();
    try {
      int first = take(others);
      String driver =
          assertThrows(
                  InvarException.class,
                  () -> ControlServer.bind("run", 0, 2, key, false, "127.0.0.1", first, RETRIES))
              .getMessage();
      String worker =
          assertThrows(
                  InvarException.class,
                  () ->
                      Mesh.bind(
                          new Membership("run", 0, 1, 2), key, false, "127.0.0.1", first, RETRIES))
              .getMessage();
      for (String message : List.of(driver, worker)) {
        assertTrue(message.contains("from %d to %d".formatted(first, first + RETRIES)), message);
        assertTrue(message.contains("spark.invar.driver.port"), message);
        assertTrue(message.contains("spark.invar.worker.port"), message);
        assertTrue(message.contains("spark.port.maxRetries"), message);
      }
      assertTrue(worker.startsWith("the port of worker 1"), worker);
    } finally {
      for (ServerSocket other : others) {
        other.close();
      }
    }
  }

  /** Takes consecutive ports and returns the first. */
  private static int take(List<ServerSocket> taken) throws Exception {
    for (int first = 20_000; first < 60_000; first += 100) {
      try {
        for (int i = 0; i <= RETRIES; i++) {
          ServerSocket socket = new ServerSocket();
          taken.add(socket);
          socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), first + i));
        }
        return first;
      } catch (BindException e) {
        for (ServerSocket socket : taken) {
          socket.close();
        }
        taken.clear();
      }
    }
    throw new AssertionError("no ports are free");
  }
}
