package org.invar.checkpoint;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.invar.InvarException;
import org.invar.storage.RunFiles;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right of one process to write into a directory, a run's or a search's.
 *
 * <p>It is a file, {@code owner-0000.json}, that is created only where none of that name is, and
 * says whose it is; beside it {@code owner-0000.beat} is written every ten seconds. Of several the
 * highest number counts. Whoever takes the place of an owner that has ended creates the next
 * number, so of two that try one fails; then it deletes the earlier ones. An owner has ended when
 * its process is gone, where that can be seen, or when its beat has not changed for forty seconds;
 * the clocks of machines are not compared. One that slept longer finds that its file is gone or
 * that there is a higher one ({@link #require}).
 *
 * <p>The methods are for one thread; the beat has one of its own.
 */
public final class Claim implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Claim.class);
  private static final Pattern FILE = Pattern.compile("owner-(\\d{4}|[1-9]\\d{4,7})\\.(json|beat)");
  private static final int MOST = 99_999_999;
  private static final long STEP_MILLIS = 100;
  private static final long LAST_BEAT_MILLIS = 5000;

  /**
   * How long things take.
   *
   * @param beat from one sign of life to the next
   * @param silence after how much of it an owner has ended
   * @param writing how long a claim may take to be written; one that is not whole then has ended
   */
  record Millis(long beat, long silence, long writing) {
    static final Millis USUAL = new Millis(10_000, 40_000, 1_000);
  }

  /** A claim that was found; its owner is null while it is being written. */
  private record Found(int number, String text, @Nullable Owner owner) {
    /** The same number may be another's later. */
    String key() {
      return number + " " + text;
    }
  }

  /** The number that a new claim would have, and the one that is in its way. */
  private record Standing(int next, @Nullable Found living) {}

  /** The claim that this object has made. */
  private record Held(int number, Owner owner) {}

  private final FileSystem fileSystem;
  private final Path directory;
  private final Millis millis;
  private final Exclusive exclusive;

  /** The claims that were watched in vain. */
  private final Set<String> silent = new HashSet<>();

  private final CountDownLatch closed = new CountDownLatch(1);
  private @Nullable Held held;
  private @Nullable Thread beating;

  Claim(FileSystem fileSystem, Path directory, Millis millis) {
    this.fileSystem = fileSystem;
    this.directory = directory;
    this.millis = millis;
    this.exclusive = Exclusive.of(fileSystem, directory);
  }

  /** Returns the claim that could be made to a directory, which need not exist. */
  public static Claim of(FileSystem fileSystem, Path directory) {
    return new Claim(fileSystem, directory, Millis.USUAL);
  }

  /** Returns the names that are not those of claims. */
  public static List<String> without(List<String> names) {
    return names.stream().filter(name -> !FILE.matcher(name).matches()).toList();
  }

  /**
   * Refuses a directory that somebody works in; claims nothing.
   *
   * @throws InvarException saying who and since when
   */
  public void requireFree() throws IOException {
    Found other = look().living();
    if (other != null) {
      throw refusal(other);
    }
  }

  /**
   * Takes the directory.
   *
   * @param application tells people what works here
   * @return a sentence where the file system cannot keep two apart that come at the same moment;
   *     else null
   * @throws InvarException when somebody works in it, saying who and since when
   */
  public @Nullable String take(String application) throws IOException {
    Found other = attempt(application);
    if (other != null) {
      throw refusal(other);
    }
    return exclusive == Exclusive.ASKED
        ? directory
            + ": this file system does not tell two processes apart that claim the directory at the"
            + " same moment: start only one."
        : null;
  }

  /** Takes the directory as soon as nobody else works in it. */
  public void await(String application) throws IOException {
    while (attempt(application) != null) {
      sleep();
    }
  }

  /**
   * Refuses to go on when the directory is somebody else's by now.
   *
   * @throws InvarException saying who has it
   * @throws IOException when that cannot be seen
   */
  public void require() throws IOException {
    Held mine = held;
    if (mine == null) {
      throw new IllegalStateException(directory + " was not claimed");
    }
    if (isNewest(mine)) {
      return;
    }
    Found newest = newest();
    throw InvarException.of(
        directory.toString(),
        "to be still the owner of the directory",
        newest == null || newest.owner() == null
            ? "that the claim " + file(mine.number(), "json").getName() + " is gone"
            : "that it belongs to " + newest.owner().describe(),
        "This process was silent for more than "
            + TimeUnit.MILLISECONDS.toSeconds(millis.silence())
            + " s, so another could take its place: it ends here, and leaves what is there to"
            + " the other.");
  }

  /** Gives the directory up, if it was taken; what cannot be deleted ends with the process. */
  @Override
  public void close() {
    Held mine = held;
    if (mine == null) {
      return;
    }
    boolean interrupted = Thread.interrupted(); // Else nothing could be deleted on some systems.
    held = null;
    closed.countDown();
    try {
      if (beating != null) {
        beating.join(LAST_BEAT_MILLIS);
      }
      delete(mine);
    } catch (InterruptedException e) {
      interrupted = true;
    } catch (IOException | FSError e) {
      LOG.info("the claim to {} could not be deleted", directory, e);
    } finally {
      mine.owner().giveUp();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Takes the directory, or returns who works in it. */
  private @Nullable Found attempt(String application) throws IOException {
    while (true) {
      Standing standing = look();
      if (standing.living() != null || create(standing.next(), application)) {
        return standing.living();
      }
    }
  }

  private Standing look() throws IOException {
    Found newest = newest();
    while (newest != null && lives(newest)) {
      Found now = newest();
      if (now != null && now.key().equals(newest.key())) {
        return new Standing(now.number() + 1, now);
      }
      newest = now; // It has just changed hands, or was given up.
    }
    if (newest != null && newest.number() == MOST) {
      throw InvarException.of(
          directory.toString(),
          "claims of lower numbers",
          file(MOST, "json").getName() + ", behind which there is none",
          "No run counts that far: if nobody works there, delete the file.");
    }
    return new Standing(newest == null ? 0 : newest.number() + 1, null);
  }

  /** Whether the owner lives, waiting for a sign of life where need be. */
  private boolean lives(Found claim) throws IOException {
    if (silent.contains(claim.key())) {
      return false;
    }
    Owner.Life life = claim.owner() == null ? Owner.Life.UNKNOWN : claim.owner().life();
    return life == Owner.Life.LIVES || (life == Owner.Life.UNKNOWN && changes(claim));
  }

  /** Waits until the claim or its beat changes, as long as an owner may be silent. */
  private boolean changes(Found claim) throws IOException {
    long limit = claim.owner() == null ? millis.writing() : millis.silence();
    Path beat = file(claim.number(), "beat");
    String before = read(beat);
    for (long waited = 0; waited < limit; waited += STEP_MILLIS) {
      sleep();
      boolean same = claim.text().equals(read(file(claim.number(), "json")));
      if (!same || !Objects.equals(before, read(beat))) {
        return true;
      }
    }
    silent.add(claim.key());
    return false;
  }

  /** Creates a claim; returns false when another was faster. */
  private boolean create(int number, String application) throws IOException {
    var mine = new Held(number, Owner.here(application));
    boolean taken = false;
    try {
      if (exclusive.create(fileSystem, file(number, "json"), mine.owner().bytes())) {
        taken = isNewest(mine) && !hasLivingBelow(number);
        if (!taken) {
          delete(mine);
        }
      }
    } finally {
      if (!taken) {
        mine.owner().giveUp();
      }
    }
    if (taken) {
      held = mine;
      begin(mine);
    }
    return taken;
  }

  /** Whether somebody took a lower number, free by then, while the claims were looked at. */
  private boolean hasLivingBelow(int number) throws IOException {
    for (int other : numbers()) {
      Found found = other < number ? find(other) : null;
      if (found != null
          && found.owner() != null
          && found.owner().life() != Owner.Life.HAS_ENDED
          && !silent.contains(found.key())) {
        return true;
      }
    }
    return false;
  }

  private void begin(Held mine) throws IOException {
    for (String name : RunFiles.names(fileSystem, directory)) {
      Matcher matcher = FILE.matcher(name);
      if (matcher.matches() && Integer.parseInt(matcher.group(1)) < mine.number()) {
        fileSystem.delete(new Path(directory, name), false);
      }
    }
    var thread = new Thread(() -> beat(mine), "invar-claim");
    thread.setDaemon(true);
    beating = thread;
    thread.start();
  }

  private void beat(Held mine) {
    try {
      for (long beat = 1; !closed.await(millis.beat(), TimeUnit.MILLISECONDS); beat++) {
        try {
          if (!isNewest(mine)) {
            return;
          }
          byte[] text = (beat + "\n").getBytes(StandardCharsets.UTF_8);
          RunFiles.overwrite(fileSystem, file(mine.number(), "beat"), text);
        } catch (IOException | FSError e) {
          LOG.debug("no sign of life could be given in {}", directory, e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether the claim is there, and none has taken its place. */
  private boolean isNewest(Held mine) throws IOException {
    return mine.owner().text().equals(read(file(mine.number(), "json")))
        && numbers().stream().noneMatch(other -> other > mine.number());
  }

  private void delete(Held mine) throws IOException {
    if (mine.owner().text().equals(read(file(mine.number(), "json")))) {
      fileSystem.delete(file(mine.number(), "beat"), false);
      fileSystem.delete(file(mine.number(), "json"), false);
    }
  }

  private @Nullable Found newest() throws IOException {
    while (true) {
      List<Integer> numbers = numbers();
      if (numbers.isEmpty()) {
        return null;
      }
      Found found = find(numbers.get(0));
      if (found != null) { // Else it has just been given up.
        return found;
      }
    }
  }

  private @Nullable Found find(int number) throws IOException {
    String text = read(file(number, "json"));
    return text == null ? null : new Found(number, text, Owner.parse(text));
  }

  /** Returns the numbers of all claims, the highest first. */
  private List<Integer> numbers() throws IOException {
    return RunFiles.names(fileSystem, directory).stream()
        .map(FILE::matcher)
        .filter(matcher -> matcher.matches() && Objects.equals(matcher.group(2), "json"))
        .map(matcher -> Integer.parseInt(matcher.group(1)))
        .sorted(Comparator.reverseOrder())
        .toList();
  }

  private @Nullable String read(Path file) throws IOException {
    try {
      return new String(RunFiles.read(fileSystem, file), StandardCharsets.UTF_8);
    } catch (FileNotFoundException e) {
      return null;
    }
  }

  private Path file(int number, String kind) {
    return new Path(directory, String.format(Locale.ROOT, "owner-%04d.%s", number, kind));
  }

  private InvarException refusal(Found other) {
    return InvarException.of(
        directory.toString(),
        "a directory that nobody works in",
        "one that belongs to "
            + (other.owner() == null ? "a process that begins" : other.owner().describe()),
        "Wait until it ends, or name another directory with --out; if that process is gone for"
            + " certain, delete "
            + file(other.number(), "json").getName()
            + " there.");
  }

  private static void sleep() {
    try {
      Thread.sleep(STEP_MILLIS);
    } catch (InterruptedException e) {
      throw InvarException.interrupted(e);
    }
  }
}
