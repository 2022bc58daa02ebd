package io.hairpin.p4runtime.client;

import java.time.Duration;

/**
 * How the digests of one kind are sent.
 *
 * @param digest the digest's name
 * @param maxTimeout how long the first of a list waits for others
 * @param maxListSize how many fill a list; 0 leaves it to the target
 * @param ackTimeout how long the same data is not sent again where no acknowledgement comes
 */
public record DigestConfig(String digest, Duration maxTimeout, int maxListSize, Duration ackTimeout)
    implements Entity {

  @Override
  public Kind kind() {
    return Kind.DIGEST_CONFIG;
  }

  @Override
  public DigestConfig key() {
    return new DigestConfig(digest, Duration.ZERO, 0, Duration.ZERO);
  }
}
