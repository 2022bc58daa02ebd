package io.hairpin.softswitch.port;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The packets that wait for their egress port. Of a port's queues the one with the highest number
 * goes first; packets of one queue keep their order; ports take turns. A packet may leave an
 * interval of its port's rate after the one before it, which is made up for where the thread was
 * late. Thread-safe; lanes put packets in, one thread takes them out.
 */
final class EgressQueues {
  private static final int BATCH = 32;
  private static final long NEVER = Long.MAX_VALUE;

  private final QueueSpec spec;
  private final LongSupplier nanoseconds;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrival = lock.newCondition();
  private final @Nullable Waiting[] ports = new Waiting[PortSpec.LAST + 2];
  private final List<Waiting> used = new ArrayList<>();
  private final ArrayDeque<QueuedPacket> spare = new ArrayDeque<>();
  private int turn;

  /** What waits for one port. */
  private final class Waiting {
    final int depth;
    final long interval;
    final QueuedPacket[][] rings;
    final int[] first;
    final int[] filled;
    final int[] taken;
    long next;

    Waiting(int port) {
      depth = spec.depth(port);
      int rate = spec.rate(port);
      interval = rate == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / rate;
      rings = new QueuedPacket[spec.queues()][depth];
      first = new int[spec.queues()];
      filled = new int[spec.queues()];
      taken = new int[spec.queues()];
      next = Long.MIN_VALUE;
    }

    @Nullable QueuedPacket head() {
      for (int queue = rings.length - 1; queue >= 0; queue--) {
        if (filled[queue] != 0) {
          return rings[queue][first[queue]];
        }
      }
      return null;
    }

    void put(QueuedPacket packet) {
      int queue = packet.priority;
      rings[queue][(first[queue] + filled[queue]) % depth] = packet;
      filled[queue]++;
    }

    void remove(QueuedPacket packet, long at) {
      int queue = packet.priority;
      first[queue] = (first[queue] + 1) % depth;
      filled[queue]--;
      taken[queue]--;
      next = at + interval;
    }
  }

  /**
   * No packets.
   *
   * @param nanoseconds the clock
   */
  EgressQueues(QueueSpec spec, LongSupplier nanoseconds) {
    this.spec = spec;
    this.nanoseconds = nanoseconds;
  }

  boolean has(int queue) {
    return queue < spec.queues();
  }

  /**
   * Takes room in a queue.
   *
   * @param port 0 to 511
   * @param queue one of those that there are
   * @return what is to be put into it; null where it is full
   */
  @Nullable QueuedPacket room(int port, int queue) {
    lock.lock();
    try {
      Waiting waiting = ports[port];
      if (waiting == null) {
        waiting = new Waiting(port);
        ports[port] = waiting;
        used.add(waiting);
      }
      if (waiting.taken[queue] == waiting.depth) {
        return null;
      }
      QueuedPacket packet = spare.poll();
      if (packet == null) {
        packet = new QueuedPacket(this);
      }
      packet.place(port, queue, waiting.taken[queue]);
      waiting.taken[queue]++;
      return packet;
    } finally {
      lock.unlock();
    }
  }

  void put(QueuedPacket packet) {
    lock.lock();
    try {
      packet.since = nanoseconds.getAsLong();
      waiting(packet).put(packet);
      arrival.signal();
    } finally {
      lock.unlock();
    }
  }

  private Waiting waiting(QueuedPacket packet) {
    Waiting waiting = ports[packet.port()];
    if (waiting == null) {
      throw new IllegalStateException("no queue for port " + packet.port());
    }
    return waiting;
  }

  /** Takes out a packet that may leave now; null where there is none. */
  @Nullable QueuedPacket poll() {
    lock.lock();
    try {
      long now = nanoseconds.getAsLong();
      for (int i = 0; i < used.size(); i++) {
        int mine = (turn + i) % used.size();
        Waiting waiting = used.get(mine);
        QueuedPacket head = waiting.head();
        if (head != null) {
          long at = Math.max(head.since, waiting.next);
          if (at <= now) {
            turn = mine + 1;
            waiting.remove(head, at);
            head.leave(waiting.taken[head.priority]);
            return head;
          }
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a packet that may leave, but no longer than so. */
  @SuppressWarnings("WaitNotInLoop") // the caller looks again
  private void await(long most) {
    lock.lock();
    try {
      long earliest = NEVER;
      for (int i = 0; i < used.size(); i++) {
        QueuedPacket head = used.get(i).head();
        if (head != null) {
          earliest = Math.min(earliest, Math.max(head.since, used.get(i).next));
        }
      }
      long wait = earliest == NEVER ? most : earliest - nanoseconds.getAsLong();
      if (wait > 0) {
        long _ = arrival.awaitNanos(Math.min(wait, most));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  private void release(QueuedPacket[] packets, int number) {
    lock.lock();
    try {
      for (int i = 0; i < number; i++) {
        spare.push(packets[i]);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Runs packets through egress, as they may leave, until the dataplane stops. */
  void run(Dataplane dataplane) {
    Lane lane = dataplane.lane(Lane.NOTHING_RECEIVED);
    var batch = new QueuedPacket[BATCH];
    dataplane.repeat(
        () -> {
          if (resume(lane, batch) == 0) {
            await(TimeUnit.MILLISECONDS.toNanos(ReceivingPort.TIMEOUT_MILLISECONDS));
          }
        });
  }

  /** Runs a batch of those that may leave now; tells how many they were. */
  private int resume(Lane lane, QueuedPacket[] batch) {
    int number = 0;
    lane.lock();
    try {
      QueuedPacket next = poll();
      while (next != null) {
        batch[number++] = next;
        lane.resume(next);
        next = number < BATCH ? poll() : null;
      }
      lane.flush();
    } finally {
      lane.unlock();
      release(batch, number);
    }
    return number;
  }
}
