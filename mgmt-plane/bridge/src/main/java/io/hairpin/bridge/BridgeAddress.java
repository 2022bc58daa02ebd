package io.hairpin.bridge;

import io.hairpin.p4runtime.client.Entity;
import java.util.Collection;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What the bridge calls itself in its own frames: the address of its first port that has one, else
 * one that it makes up, or has made up before. Guarded by the bridge's lock.
 */
final class BridgeAddress {

  private static final long LOCAL = 0x0200_0000_0000L;
  private static final long LOCAL_PART = 0xFF_FFFF_FFFFL;

  private final boolean isKnown;
  private long address;

  BridgeAddress(Ports ports) {
    OptionalLong known =
        ports.list().stream().flatMapToLong(port -> port.address().stream()).findFirst();
    isKnown = known.isPresent();
    address = known.orElseGet(() -> LOCAL | ThreadLocalRandom.current().nextLong(1L << 40));
  }

  long value() {
    return address;
  }

  /** Takes over an address that was made up, by which a target knows the bridge; tells whether. */
  boolean adopt(Collection<Entity> held) {
    OptionalLong known = isKnown ? OptionalLong.empty() : Intent.address(held);
    known.ifPresent(found -> address = LOCAL | (found & LOCAL_PART));
    return known.isPresent();
  }
}
