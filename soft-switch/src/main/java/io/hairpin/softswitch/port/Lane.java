package io.hairpin.softswitch.port;

import io.hairpin.softswitch.engine.DigestList;
import io.hairpin.softswitch.engine.Frame;
import io.hairpin.softswitch.engine.Processor;
import io.hairpin.softswitch.engine.Program;
import io.hairpin.softswitch.engine.Transmitter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One receiving thread's way through the switch: its processor and its batches to every port, so
 * that threads share nothing. Frames that one lane carries from one port to another keep their
 * order.
 */
final class Lane implements Transmitter {
  private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

  /** For a lane that takes on what others have received. */
  static final MemorySegment NOTHING_RECEIVED = MemorySegment.NULL;

  private final Dataplane dataplane;
  private final @Nullable EgressQueues queues;
  // Fair, for a busy lane would never let go of it.
  private final ReentrantLock lock = new ReentrantLock(true);
  private final Frame frame;
  private final Offload offload = new Offload();
  private final @Nullable Sender[] senders = new Sender[PortSpec.LAST + 1];
  private Sender[] used = {};
  private @Nullable Port reception;
  private @Nullable Program program;
  private @Nullable Processor processor;

  Lane(Dataplane dataplane, MemorySegment memory) {
    this.dataplane = dataplane;
    this.queues = dataplane.queues();
    this.frame = new Frame(memory);
  }

  /** Keeps changes between frames away, or waits for one; held while frames are processed. */
  void lock() {
    lock.lock();
  }

  void unlock() {
    lock.unlock();
  }

  /** The frame that {@link #process} takes next; to be placed before. */
  Frame frame() {
    return frame;
  }

  /** Runs the frame through the program. What comes of it is sent at the next {@link #flush()}. */
  void process(Port port) {
    try {
      Processor current = current();
      if (current == null) {
        port.tally().discarded(Discard.NO_PIPELINE, 1);
        return;
      }
      reception = port;
      Watch watch = dataplane.watched();
      if (watch != null && watch.see(port.number(), frame)) {
        dataplane.unwatch(watch);
      }
      PcapWriter recorder = port.recorder();
      if (recorder != null) {
        MemorySegment memory = frame.memory();
        recorder.record(PcapWriter.INBOUND, memory, frame.offset(), frame.length(), memory, 0, 0);
      }
      current.process(port.number(), frame);
    } catch (RuntimeException | Error e) {
      port.tally().discarded(Discard.FAILED, 1);
      LOG.error("port {}: the pipeline failed on a frame", port.number(), e);
    }
  }

  void flush() {
    for (Sender sender : used) {
      sender.flush();
    }
    dataplane.flushRecordings();
  }

  private @Nullable Processor current() {
    Program next = dataplane.program();
    if (next != program) {
      processor = next == null ? null : processor(next);
      program = next;
    }
    return processor;
  }

  private Processor processor(Program of) {
    EgressQueues waiting = queues;
    return waiting == null
        ? of.processor(this)
        : of.processor(this, (port, priority) -> room(waiting, port, priority));
  }

  private @Nullable QueuedPacket room(EgressQueues waiting, int port, int priority) {
    Port to = dataplane.port(port);
    Port counted = to == null ? reception : to;
    Discard why = Discard.NO_SUCH_PORT;
    if (port <= PortSpec.LAST + 1) {
      QueuedPacket packet = waiting.has(priority) ? waiting.room(port, priority) : null;
      if (packet != null) {
        packet.program = program;
        packet.reception = reception;
        return packet;
      }
      why = waiting.has(priority) ? Discard.EGRESS_QUEUE_FULL : Discard.NO_SUCH_QUEUE;
    }
    if (counted != null) {
      counted.tally().discarded(why, 1);
    }
    return null;
  }

  /** Runs a packet through the egress of the program that it came in by. */
  void resume(QueuedPacket packet) {
    reception = packet.reception;
    try {
      Program of = packet.program;
      if (of == null) {
        throw new IllegalStateException("a packet of no program");
      }
      Processor current = processor;
      if (current == null || of != program) {
        current = processor(of);
        processor = current;
        program = of;
      }
      current.resume(packet);
    } catch (RuntimeException | Error e) {
      if (reception != null) {
        reception.tally().discarded(Discard.FAILED, 1);
      }
      LOG.error("port {}: the pipeline failed on a packet that waited", packet.port(), e);
    }
  }

  @Override
  public void transmit(
      int port,
      MemorySegment headers,
      int headerLength,
      Frame frame,
      int payloadOffset,
      int payloadLength) {
    Sender sender = sender(port);
    if (sender != null) {
      Port to = dataplane.port(port);
      PcapWriter recorder = to == null ? null : to.recorder();
      if (recorder != null) {
        recorder.record(
            PcapWriter.OUTBOUND,
            headers,
            0,
            headerLength,
            frame.memory(),
            payloadOffset,
            payloadLength);
      }
      sender.send(headers, headerLength, frame, payloadOffset, payloadLength);
    } else if (reception != null) {
      reception.tally().discarded(Discard.NO_SUCH_PORT, 1);
    }
  }

  private @Nullable Sender sender(int number) {
    if (number >= senders.length) {
      return null;
    }
    Sender sender = senders[number];
    if (sender == null) {
      Port port = dataplane.port(number);
      if (port == null) {
        return null;
      }
      sender = port.sender(offload);
      senders[number] = sender;
      used = append(used, sender);
    }
    return sender;
  }

  private static Sender[] append(Sender[] senders, Sender sender) {
    Sender[] longer = new Sender[senders.length + 1];
    System.arraycopy(senders, 0, longer, 0, senders.length);
    longer[senders.length] = sender;
    return longer;
  }

  @Override
  public void digest(DigestList list, MemorySegment sample) {
    Control control = dataplane.control();
    if (control != null) {
      control.digest(list, sample.toArray(ValueLayout.JAVA_BYTE));
    }
  }
}
