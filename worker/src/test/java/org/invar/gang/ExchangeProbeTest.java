package org.invar.gang;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.invar.collective.ControlServer;
import org.invar.collective.MessageLink;
import org.invar.collective.RunKey;
import org.invar.gang.ExchangeProbe.Pace;
import org.invar.gang.ExchangeProbe.Series;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ExchangeProbeTest {
  private static final int FLOATS = 40_000;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @Test
  void aWorkerAloneUpdatesAndSendsNothing() throws Exception {
    var probe =
        new ExchangeProbe(
            "run", 1, meeting(RunKey.random(), 0), List.of(new Series(FLOATS, 3, fixed(4))));

    List<ExchangeProbe.Step> steps = probe.run(0, "127.0.0.1").get(0);

    assertEquals(4, steps.size());
    for (ExchangeProbe.Step step : steps) {
      assertTrue(step.timings().update() > 0, step.toString());
      assertTrue(step.processorMillis() > 0, step.toString());
      assertEquals(0, step.timings().bytes());
    }
  }

  @Test
  void workersTakeEquallyManyStepsHoweverLongEachTook() throws Exception {
    List<Series> series =
        List.of(new Series(FLOATS, 1, new Pace(0.2, 3, 10_000)), new Series(5, 2, fixed(3)));
    List<List<List<ExchangeProbe.Step>>> workers = run(3, series);

    int steps = workers.get(0).get(0).size();
    assertTrue(steps >= 3, "steps=" + steps);
    for (List<List<ExchangeProbe.Step>> worker : workers) {
      assertEquals(steps, worker.get(0).size());
      assertEquals(3, worker.get(1).size());
      long bytes = worker.get(0).get(0).timings().bytes();
      // Two thirds of the vector to the owners, and the own third to two.
      assertTrue(bytes > 4L * FLOATS && bytes < 8L * FLOATS, "bytes=" + bytes);
    }
  }

  private static Pace fixed(int steps) {
    return new Pace(0, steps, steps);
  }

  private static GangPlan.Meeting meeting(RunKey key, int port) {
    return new GangPlan.Meeting(key, false, "127.0.0.1", port, 0, 0, PATIENCE, PATIENCE);
  }

  private static List<List<List<ExchangeProbe.Step>>> run(int workers, List<Series> series)
      throws Exception {
    RunKey key = RunKey.random();
    Map<Integer, InetSocketAddress> addresses = new ConcurrentSkipListMap<>();
    Map<Integer, MessageLink> links = new ConcurrentHashMap<>();
    ExecutorService threads = Executors.newFixedThreadPool(workers);
    try (ControlServer server =
        ControlServer.bind("run", 0, workers, key, false, "127.0.0.1", 0, 0)) {
      server.accept(links::put);
      var probe =
          new ExchangeProbe("run", workers, meeting(key, server.address().getPort()), series);
      List<Future<List<List<ExchangeProbe.Step>>>> running = new ArrayList<>();
      for (int rank = 0; rank < workers; rank++) {
        int self = rank;
        running.add(threads.submit(() -> probe.run(self, "127.0.0.1")));
      }
      while (links.size() < workers) {
        Thread.sleep(1);
      }
      for (int rank = 0; rank < workers; rank++) {
        var ready = (Report.Ready) Report.decode(links.get(rank).receive());
        addresses.put(rank, ready.address());
      }
      for (MessageLink link : links.values()) {
        link.send(new Command.Connect(List.copyOf(addresses.values())).encode());
      }
      List<List<List<ExchangeProbe.Step>>> all = new ArrayList<>();
      for (Future<List<List<ExchangeProbe.Step>>> one : running) {
        all.add(one.get());
      }
      return all;
    } finally {
      threads.shutdownNow();
    }
  }
}
