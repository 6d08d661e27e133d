package org.invar.bench;

import java.io.IOException;
import java.io.Serializable;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.invar.collective.ControlServer;
import org.invar.collective.MessageLink;
import org.invar.collective.RunKey;
import org.invar.gang.Command;
import org.invar.gang.ExchangeProbe;
import org.invar.gang.GangPlan;
import org.invar.gang.Report;
import org.invar.gang.StepTimings;
import org.invar.rows.Shipped;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;

/** Steps of the {@code gang} exchange: a barrier stage with one worker an executor. */
final class GangSteps {
  private static final Logger LOG = LoggerFactory.getLogger(GangSteps.class);
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int PORT_RETRIES = 16;

  private GangSteps() {}

  /**
   * Takes the steps of all series.
   *
   * @return for each series, for each of its steps, the timings of the slowest worker, the most
   *     bytes that a worker sent, and the mean of the workers' time on a processor
   */
  static List<List<ExchangeProbe.Step>> take(
      JavaSparkContext spark, int workers, List<ExchangeProbe.Series> series) {
    String run = "bench-" + workers;
    String host = spark.getConf().get("spark.driver.host");
    String bind = spark.getConf().get("spark.driver.bindAddress", host);
    RunKey key = RunKey.random();
    try (ControlServer server =
        ControlServer.bind(run, 0, workers, key, false, bind, 0, PORT_RETRIES)) {
      server.accept(new Lobby(workers)::joined);
      var meeting =
          new GangPlan.Meeting(
              key, false, host, server.address().getPort(), 0, PORT_RETRIES, PATIENCE, PATIENCE);
      return together(stage(spark, new ExchangeProbe(run, workers, meeting, series)));
    }
  }

  /** Returns what every worker measured, by rank. */
  private static List<List<List<ExchangeProbe.Step>>> stage(
      JavaSparkContext spark, ExchangeProbe probe) {
    var work =
        (scala.Function1<
                    scala.collection.Iterator<Integer>,
                    scala.collection.Iterator<Shipped<ArrayList<List<ExchangeProbe.Step>>>>>
                & Serializable)
            ranks -> {
              SparkEnv env = SparkEnv.get();
              int rank = BarrierTaskContext.get().partitionId();
              String host = env.blockManager().blockManagerId().host();
              try {
                var steps = new ArrayList<>(probe.run(rank, host));
                return CollectionConverters.asScala(List.of(Shipped.of(steps)).iterator());
              } catch (IOException | InterruptedException e) {
                throw new IllegalStateException("worker " + rank + ": " + e.getMessage(), e);
              }
            };
    List<Integer> ranks = IntStream.range(0, probe.workers()).boxed().toList();
    return spark
        .parallelize(ranks, probe.workers())
        .rdd()
        .barrier()
        .mapPartitions(
            work,
            false,
            ClassTag$.MODULE$.<Shipped<ArrayList<List<ExchangeProbe.Step>>>>apply(Shipped.class))
        .toJavaRDD()
        .collect()
        .stream()
        .<List<List<ExchangeProbe.Step>>>map(Shipped::value)
        .toList();
  }

  private static List<List<ExchangeProbe.Step>> together(
      List<List<List<ExchangeProbe.Step>>> workers) {
    List<List<ExchangeProbe.Step>> all = new ArrayList<>();
    for (int series = 0; series < workers.get(0).size(); series++) {
      List<ExchangeProbe.Step> steps = new ArrayList<>();
      for (int step = 0; step < workers.get(0).get(series).size(); step++) {
        List<ExchangeProbe.Step> of = new ArrayList<>();
        for (List<List<ExchangeProbe.Step>> worker : workers) {
          of.add(worker.get(series).get(step));
        }
        steps.add(ofAll(of));
      }
      all.add(steps);
    }
    return all;
  }

  private static ExchangeProbe.Step ofAll(List<ExchangeProbe.Step> workers) {
    StepTimings slowest =
        workers.stream()
            .map(ExchangeProbe.Step::timings)
            .max(Comparator.comparingDouble(StepTimings::millis))
            .orElseThrow();
    long bytes = workers.stream().mapToLong(step -> step.timings().bytes()).max().orElseThrow();
    double processor =
        workers.stream().mapToDouble(ExchangeProbe.Step::processorMillis).average().orElseThrow();
    return new ExchangeProbe.Step(
        new StepTimings(
            slowest.compute(),
            slowest.waiting(),
            slowest.reduce(),
            slowest.update(),
            slowest.gather(),
            bytes),
        processor);
  }

  /** Where workers say where they are, and hear where the others are once all have come. */
  private static final class Lobby {
    private final int workers;
    private final Map<Integer, InetSocketAddress> addresses = new TreeMap<>();
    private final List<MessageLink> links = new ArrayList<>();

    Lobby(int workers) {
      this.workers = workers;
    }

    void joined(int rank, MessageLink link) {
      try {
        if (Report.decode(link.receive()) instanceof Report.Ready ready) {
          note(rank, ready.address(), link);
        }
      } catch (IOException e) {
        LOG.warn("worker {} is lost", rank, e);
        link.close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private synchronized void note(int rank, InetSocketAddress address, MessageLink link)
        throws IOException {
      addresses.put(rank, address);
      links.add(link);
      if (links.size() == workers) {
        byte[] connect = new Command.Connect(List.copyOf(addresses.values())).encode();
        for (MessageLink one : links) {
          one.send(connect);
        }
      }
    }
  }
}
