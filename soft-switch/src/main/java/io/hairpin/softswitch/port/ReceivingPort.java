package io.hairpin.softswitch.port;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A port whose frames are received by a thread of its own. */
abstract sealed class ReceivingPort extends Port permits InterfacePort, FilePort {
  private static final Logger LOG = LoggerFactory.getLogger(ReceivingPort.class);

  private int failure;

  /** How long a stop takes at most, and how often an idle port looks. */
  static final int TIMEOUT_MILLISECONDS = 100;

  ReceivingPort(int number) {
    super(number);
  }

  /** What its thread, and no other, receives with. */
  abstract Receiver receiver(Dataplane dataplane);

  /** Lets go of what it is. */
  abstract void close();

  /** Receives frames and runs them through the switch until the dataplane stops. */
  final void run(Dataplane dataplane, Receiver receiver, Lane lane) {
    try (receiver) {
      dataplane.repeat(() -> receive(dataplane, receiver, lane));
    }
  }

  private void receive(Dataplane dataplane, Receiver receiver, Lane lane) {
    int frames = receiver.await();
    if (frames > 0) {
      process(receiver, frames, lane);
    } else if (frames < 0 && frames != -Linux.EINTR && frames != -Linux.ENETDOWN) {
      if (frames != failure) {
        failure = frames;
        LOG.warn("{}: receiving: {}", this, Linux.message(frames));
      }
      dataplane.awaitStop(TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MILLISECONDS));
    }
  }

  private void process(Receiver receiver, int frames, Lane lane) {
    lane.lock();
    try {
      run(receiver, frames, lane);
      lane.flush();
    } finally {
      lane.unlock();
      receiver.release();
    }
  }

  /** Counts the frames too, before what comes of them is flushed. */
  private void run(Receiver receiver, int frames, Lane lane) {
    long octets = 0;
    int i = 0;
    try {
      for (; i < frames; i++) {
        int length = receiver.place(i, lane.frame());
        if (length >= ETHERNET_HEADER) {
          octets += length;
          lane.process(this);
        } else {
          octets += Math.max(length, -length);
          tally().discarded(Discard.TRUNCATED, 1);
        }
      }
    } finally {
      tally().received(frames, octets);
      tally().discarded(Discard.FAILED, frames - i);
    }
  }
}
