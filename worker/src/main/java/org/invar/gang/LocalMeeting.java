package org.invar.gang;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.invar.collective.MessageLink;

/** Where a driver and a worker of the same process meet, without a socket. */
public final class LocalMeeting {
  private static final Map<String, MessageLink> WAITING = new ConcurrentHashMap<>();

  private LocalMeeting() {}

  /** Returns the driver's end of a link whose other end the worker of that run will take. */
  public static MessageLink open(String runId, int attempt) {
    MessageLink[] ends = MessageLink.pair();
    WAITING.put(name(runId, attempt), ends[1]);
    return ends[0];
  }

  /** Takes the worker's end. */
  static MessageLink join(String runId, int attempt) throws IOException {
    MessageLink link = WAITING.remove(name(runId, attempt));
    if (link == null) {
      throw new IOException("the driver of " + runId + " has given up attempt " + attempt);
    }
    return link;
  }

  private static String name(String runId, int attempt) {
    return runId + "/" + attempt;
  }
}
