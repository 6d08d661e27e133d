/**
 * How workers talk to each other and to the driver: proven connections, binary frames, and rounds
 * in which everybody gives frames to everybody.
 *
 * <p>The package knows nothing of gradients, shards or Spark. Workers form a mesh ({@link
 * org.invar.collective.Mesh}), which makes a {@link org.invar.collective.Collective}; a {@link
 * org.invar.collective.Round} says what to send and what to do with what arrives. Small messages to
 * and from the driver travel over a {@link org.invar.collective.MessageLink}.
 */
@NullMarked
package org.invar.collective;

import org.jspecify.annotations.NullMarked;
