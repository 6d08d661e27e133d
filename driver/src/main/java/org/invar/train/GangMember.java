package org.invar.train;

import java.net.InetSocketAddress;
import org.invar.collective.MessageLink;
import org.invar.worker.Report;
import org.jspecify.annotations.Nullable;

/** A worker of a gang, by what the driver knows of it. */
final class GangMember {
  final int rank;
  volatile @Nullable MessageLink link;
  volatile long heard = System.nanoTime();
  @Nullable String executor;
  @Nullable InetSocketAddress address;
  boolean connected;
  boolean closed;
  Report.@Nullable Failed failed;

  GangMember(int rank) {
    this.rank = rank;
  }

  /** Takes what the worker said; null when its link is closed. */
  void note(@Nullable Report report) {
    if (report == null) {
      closed = true;
    } else if (report instanceof Report.Failed failure) {
      failed = failure;
    } else if (report instanceof Report.Alive alive) {
      executor = alive.executor();
    } else if (report instanceof Report.Ready ready) {
      address = ready.address();
    } else if (report instanceof Report.Connected) {
      connected = true;
    }
  }

  /** Whether its task may still run. */
  boolean isThere() {
    return link != null && !closed;
  }

  @Override
  public String toString() {
    return "worker " + rank + ", executor " + executor;
  }
}
