package io.hairpin.softswitch.p4runtime;

import io.grpc.Status;

/** What is said to those who mean another device. */
final class Devices {
  private Devices() {}

  static Status other(long asked, long here) {
    return Status.NOT_FOUND.withDescription(
        "device_id %s is not here, only %s"
            .formatted(Long.toUnsignedString(asked), Long.toUnsignedString(here)));
  }
}
