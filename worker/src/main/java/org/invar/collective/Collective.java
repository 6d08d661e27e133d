package org.invar.collective;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * All workers of a gang as one of them sees them: runs rounds in which everybody gives frames to
 * everybody.
 *
 * <p>One thread runs rounds, one after the other, in the same order at every worker; {@link
 * #abort}, {@link #close} and the counters may be called from any thread. The first failure is
 * final: it closes all of the worker's channels, so that every other worker fails too, and all
 * later rounds fail with the same reason. A gang of one opens no socket and its rounds only work.
 */
public final class Collective implements Closeable {
  private final int rank;
  private final int size;
  private final List<Peer> peers;
  private final Transport transport;
  private final long stall;
  private final AtomicReference<PeerException> failure = new AtomicReference<>();
  private final BitSet readable = new BitSet();
  private final BitSet writable = new BitSet();

  /**
   * Makes a worker's view of its gang.
   *
   * @param peers all others, in order of rank
   * @param stall how long a peer may be silent in a round while something is expected of it
   */
  Collective(int rank, List<Peer> peers, Transport transport, Duration stall) {
    this.rank = rank;
    this.size = peers.size() + 1;
    this.transport = transport;
    this.stall = stall.toNanos();
    // Everybody starts with the next rank, so that no worker is served first by all.
    this.peers = new ArrayList<>(peers.subList(rank, peers.size()));
    this.peers.addAll(peers.subList(0, rank));
  }

  /** Returns a gang of one worker. */
  public static Collective alone() {
    return new Collective(0, List.of(), new NoPeers(), Duration.ZERO);
  }

  /** Returns this worker's rank. */
  public int rank() {
    return rank;
  }

  /** Returns the number of workers. */
  public int size() {
    return size;
  }

  /**
   * Runs one round: gives frames to every peer and takes frames from every peer until both are
   * complete and there is no work left.
   *
   * @throws PeerException when a peer is gone, silent for longer than the stall deadline, out of
   *     step or sent damaged bytes, or after {@link #abort}
   * @throws InterruptedException when the thread is interrupted; the channels are closed
   */
  public void run(Round round) throws PeerException, InterruptedException {
    PeerException earlier = failure.get();
    if (earlier != null) {
      throw stopped(round, earlier);
    }
    boolean complete = false;
    try {
      exchange(round);
      complete = true;
    } catch (InterruptedException e) {
      fail(new PeerException(PeerException.UNKNOWN, "its thread was interrupted", e));
      throw e;
    } catch (PeerException e) {
      fail(e);
      throw e;
    } finally {
      if (!complete) {
        fail(new PeerException(PeerException.UNKNOWN, "a fault of its own in " + round.doing()));
      }
    }
  }

  private void exchange(Round round) throws PeerException, InterruptedException {
    long now = System.nanoTime();
    for (Peer peer : peers) {
      peer.begin(now);
    }
    while (true) {
      checkGoingOn(round);
      boolean moved = false;
      for (Peer peer : peers) {
        moved |= exchange(round, peer);
      }
      if (!moved && !round.work()) {
        if (complete(round)) {
          return;
        }
        await(round);
      }
    }
  }

  private void checkGoingOn(Round round) throws PeerException, InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException(interrupted(round));
    }
    PeerException reason = failure.get();
    if (reason != null) {
      throw stopped(round, reason);
    }
  }

  private boolean exchange(Round round, Peer peer) throws PeerException, InterruptedException {
    try {
      return peer.exchange(transport, round);
    } catch (StreamException e) {
      checkGoingOn(round);
      throw complaint(round, peer, e.complaint(), e);
    } catch (IOException e) {
      // Closing from another thread, and an interrupt, surface as failures of a channel.
      checkGoingOn(round);
      throw complaint(round, peer, "is lost (" + e.getMessage() + ")", e);
    }
  }

  private boolean complete(Round round) {
    for (Peer peer : peers) {
      if (!round.filled(peer.rank()) || peer.owing() || !round.taken(peer.rank())) {
        return false;
      }
    }
    return true;
  }

  /** Sleeps until a channel can do something; complains about who kept this worker waiting. */
  private void await(Round round) throws PeerException, InterruptedException {
    readable.clear();
    writable.clear();
    long now = System.nanoTime();
    long left = stall;
    for (Peer peer : peers) {
      boolean waiting = !round.taken(peer.rank());
      readable.set(peer.rank(), waiting);
      writable.set(peer.rank(), peer.owing());
      if (waiting) {
        left = Math.min(left, stall - peer.silence(now));
      } else if (peer.owing()) {
        left = Math.min(left, stall - peer.refusal(now));
      }
      if (left <= 0) {
        String what = waiting ? "sent nothing for " : "accepted nothing for ";
        throw complaint(round, peer, what + seconds(), null);
      }
    }
    if (readable.isEmpty() && writable.isEmpty()) {
      throw new IllegalStateException(
          "round " + round.tag() + " waits for nobody and has frames to give: " + round.doing());
    }
    try {
      transport.await(readable, writable, left);
    } catch (IOException e) {
      checkGoingOn(round);
      throw new PeerException(
          PeerException.UNKNOWN,
          Membership.name(rank) + " cannot wait for its peers during " + round.doing() + ": " + e,
          e);
    }
  }

  private PeerException complaint(Round round, Peer peer, String what, @Nullable Throwable cause) {
    return new PeerException(
        peer.rank(),
        "%s (%s) %s while %s waited for %s"
            .formatted(
                Membership.name(peer.rank()),
                transport.address(peer.rank()),
                what,
                Membership.name(rank),
                round.doing()),
        cause);
  }

  private PeerException stopped(Round round, PeerException reason) {
    return new PeerException(
        reason.peer(),
        "%s stopped before the end of %s: %s"
            .formatted(Membership.name(rank), round.doing(), reason.getMessage()),
        reason);
  }

  private String interrupted(Round round) {
    return Membership.name(rank) + " was interrupted while it waited for " + round.doing();
  }

  private String seconds() {
    return stall % 1_000_000_000 == 0 ? stall / 1_000_000_000 + " s" : stall / 1e9 + " s";
  }

  /** Returns the number of bytes sent to peers so far, frames' headers and trailers included. */
  public long bytesSent() {
    return peers.stream().mapToLong(Peer::sent).sum();
  }

  /** Returns the number of bytes received from peers so far, headers and trailers included. */
  public long bytesReceived() {
    return peers.stream().mapToLong(Peer::received).sum();
  }

  /** Makes the round that is under way, and all later ones, fail with a reason; from any thread. */
  public void abort(String reason) {
    fail(new PeerException(PeerException.UNKNOWN, reason));
  }

  /** Closes all channels; a round that is under way fails, as do later ones. */
  @Override
  public void close() {
    abort("its channels were closed");
  }

  private void fail(PeerException reason) {
    failure.compareAndSet(null, reason);
    transport.close();
  }
}
