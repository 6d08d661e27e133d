package org.invar.checkpoint;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.invar.storage.Json;
import org.jspecify.annotations.Nullable;

/**
 * Who works in a directory, as a claim names it.
 *
 * @param token unlike that of any other claim
 * @param host the machine's name
 * @param pid the process
 * @param user its user
 * @param application Spark's id of the application, or what else tells people what works there
 * @param since when it was claimed, in ISO 8601
 * @param system the machine's boot and its namespace of processes; empty where they are not known
 * @param started when the process was started, in ticks since the boot; 0 where that is not known
 */
record Owner(
    String token,
    String host,
    long pid,
    String user,
    String application,
    String since,
    String system,
    long started) {
  /** Whether an owner still works, as far as this process can see it. */
  enum Life {
    LIVES,
    HAS_ENDED,
    /** Another machine's, or somebody else's: its beat tells. */
    UNKNOWN
  }

  private static final String PROCESS = UUID.randomUUID().toString();
  private static final Path PROCESSES = Path.of("/proc");
  private static final int START_TIME = 19;

  /** The tokens that this process works under: it may have given some up and still live. */
  private static final Set<String> HELD = ConcurrentHashMap.newKeySet();

  /** Returns this process under a new token, which it holds until {@link #giveUp}. */
  static Owner here(String application) {
    long pid = ProcessHandle.current().pid();
    String token = PROCESS + "/" + UUID.randomUUID();
    HELD.add(token);
    return new Owner(
        token,
        hostHere(),
        pid,
        userHere(),
        application,
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        systemHere(),
        started(pid));
  }

  /** Notes that this process works under the token no longer. */
  void giveUp() {
    HELD.remove(token);
  }

  /** Returns the form that {@link #parse} reads. */
  String text() {
    JsonNode json = Json.MAPPER.valueToTree(this);
    return new String(Json.text(json), StandardCharsets.UTF_8);
  }

  /** Returns the same as bytes. */
  byte[] bytes() {
    return text().getBytes(StandardCharsets.UTF_8);
  }

  /** Returns the owner that a text names; null where it is only a part of a claim. */
  static @Nullable Owner parse(String text) {
    try {
      Owner owner = Json.MAPPER.readValue(text, Owner.class);
      return owner == null || owner.token == null || owner.system == null ? null : owner;
    } catch (JacksonException e) {
      return null;
    }
  }

  /**
   * Returns whether it still works. A process is looked for only where it would be seen: on the
   * same machine since the same boot, in the same namespace, of the same user.
   */
  Life life() {
    if (token.startsWith(PROCESS)) {
      return HELD.contains(token) ? Life.LIVES : Life.HAS_ENDED;
    }
    if (system.isEmpty() || !system.equals(systemHere()) || !userHere().equals(user)) {
      return Life.UNKNOWN;
    }
    return started != 0 && started == started(pid) ? Life.LIVES : Life.HAS_ENDED;
  }

  /** Returns who and since when, for people. */
  String describe() {
    return "process %d of %s on %s (application %s), since %s"
        .formatted(pid, shown(user), shown(host), shown(application), shown(since));
  }

  /** Anybody may have written a claim. */
  private static String shown(@Nullable String text) {
    String known = String.valueOf(text).replaceAll("\\p{Cntrl}", "?");
    return known.length() <= 100 ? known : known.substring(0, 100) + "…";
  }

  static String userHere() {
    return System.getProperty("user.name", "");
  }

  private static String hostHere() {
    try {
      return Files.readString(PROCESSES.resolve("sys/kernel/hostname")).strip();
    } catch (IOException e) {
      return InetAddress.getLoopbackAddress().getHostName();
    }
  }

  /** Returns this process's. */
  static String systemHere() {
    try {
      return Files.readString(PROCESSES.resolve("sys/kernel/random/boot_id")).strip()
          + " "
          + Files.readSymbolicLink(PROCESSES.resolve("self/ns/pid"));
    } catch (IOException | UnsupportedOperationException e) {
      return "";
    }
  }

  /** Returns when a process was started; 0 where it is none, or only waits to be buried. */
  static long started(long pid) {
    try {
      String status = Files.readString(PROCESSES.resolve(pid + "/stat"));
      // Behind the name, which may have anything in it: state, parent and so on.
      List<String> fields =
          List.of(status.substring(status.lastIndexOf(')') + 2).split(" ", START_TIME + 2));
      boolean buried = fields.get(0).equals("Z") || fields.get(0).equals("X");
      return buried ? 0 : Long.parseLong(fields.get(START_TIME));
    } catch (IOException | RuntimeException e) {
      return 0;
    }
  }
}
