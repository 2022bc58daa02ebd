package io.hairpin.softswitch.p4runtime;

import static io.hairpin.softswitch.p4runtime.Refusal.invalid;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.hairpin.p4runtime.config.v1.Digest;
import io.hairpin.p4runtime.config.v1.P4TypeInfo;
import io.hairpin.p4runtime.v1.DigestEntry;
import io.hairpin.p4runtime.v1.DigestList;
import io.hairpin.p4runtime.v1.P4Data;
import io.hairpin.p4runtime.v1.Update;
import java.math.BigInteger;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One digest (9.6): collects distinct samples into lists, and keeps quiet about what it has sent
 * until that is acknowledged or the time for it is over. Thread-safe.
 */
final class DigestBuffer {
  /** Where the client sets no limit, and what a list of unlimited time holds at most. */
  private static final int LARGEST_LIST = 1024;

  private final int id;
  private final String name;
  private final List<Integer> widths;
  private final DataCodec codec;
  private final Predicate<DigestList> out;
  private final ScheduledExecutorService timer;
  private final InstantSource clock;

  private DigestEntry.@Nullable Config config;
  private Set<ByteString> pending = new LinkedHashSet<>();
  private final Map<Long, Set<ByteString>> unacknowledged = new HashMap<>();
  private final Set<ByteString> quiet = new LinkedHashSet<>();
  private long lastList;

  /**
   * Binds P4Info to the program.
   *
   * @param out sends a list to the primary; returns whether there is one that takes it
   */
  DigestBuffer(
      Digest info,
      List<Integer> widths,
      P4TypeInfo types,
      Predicate<DigestList> out,
      ScheduledExecutorService timer,
      InstantSource clock) {
    id = info.getPreamble().getId();
    name = info.getPreamble().getName();
    codec = new DataCodec("digest '" + name + "'", info.getTypeSpec(), types, widths);
    this.widths = widths;
    this.out = out;
    this.timer = timer;
    this.clock = clock;
  }

  synchronized void write(Update.Type type, DigestEntry.Config next) {
    if (type != Update.Type.DELETE
        && (next.getMaxTimeoutNs() < 0
            || next.getMaxListSize() < 0
            || next.getAckTimeoutNs() < 0)) {
      throw invalid("digest '%s': a negative time or size", name);
    }
    switch (type) {
      case INSERT -> {
        if (config != null) {
          throw new Refusal(Status.Code.ALREADY_EXISTS, "digest '%s' is configured already", name);
        }
        config = next;
      }
      case MODIFY -> {
        checkConfigured();
        config = next;
      }
      case DELETE -> {
        checkConfigured();
        config = null;
        pending.clear();
        unacknowledged.clear();
        quiet.clear();
      }
      case UNSPECIFIED, UNRECOGNIZED -> throw invalid("update without a type");
    }
  }

  /** What puts the configuration back that is deleted next, with what was collected. */
  synchronized Runnable undelete() {
    checkConfigured();
    DigestEntry.Config before = config;
    Set<ByteString> samples = new LinkedHashSet<>(pending);
    Map<Long, Set<ByteString>> lists = new HashMap<>(unacknowledged);
    Set<ByteString> silent = new LinkedHashSet<>(quiet);
    return () -> {
      synchronized (this) {
        config = before;
        pending.addAll(samples);
        unacknowledged.putAll(lists);
        quiet.addAll(silent);
      }
    };
  }

  private void checkConfigured() {
    if (config == null) {
      throw new Refusal(Status.Code.NOT_FOUND, "digest '%s' is not configured", name);
    }
  }

  synchronized @Nullable DigestEntry read() {
    return config == null
        ? null
        : DigestEntry.newBuilder().setDigestId(id).setConfig(config).build();
  }

  synchronized void reconcile(DigestBuffer from) {
    DigestEntry entry = from.read();
    if (entry != null) {
      write(Update.Type.INSERT, entry.getConfig());
    }
  }

  /** Takes a sample from the packet path. */
  synchronized void sample(byte[] bytes) {
    DigestEntry.Config now = config;
    ByteString sample = ByteString.copyFrom(bytes);
    if (now == null || quiet.contains(sample) || !pending.add(sample)) {
      return;
    }
    int size = now.getMaxListSize() == 0 ? LARGEST_LIST : now.getMaxListSize();
    if (pending.size() >= size || now.getMaxTimeoutNs() == 0) {
      send(now);
    } else if (pending.size() == 1) {
      long list = lastList;
      var _ = timer.schedule(() -> expire(list), now.getMaxTimeoutNs(), TimeUnit.NANOSECONDS);
    }
  }

  private synchronized void expire(long before) {
    if (lastList == before && config != null && !pending.isEmpty()) {
      send(config);
    }
  }

  private void send(DigestEntry.Config now) {
    Set<ByteString> samples = pending;
    pending = new LinkedHashSet<>();
    long list = ++lastList;
    DigestList.Builder message =
        DigestList.newBuilder().setDigestId(id).setListId(list).setTimestamp(nanoseconds());
    samples.forEach(sample -> message.addData(data(sample)));
    if (out.test(message.build()) && now.getAckTimeoutNs() != 0) {
      unacknowledged.put(list, samples);
      quiet.addAll(samples);
      var _ = timer.schedule(() -> acknowledge(list), now.getAckTimeoutNs(), TimeUnit.NANOSECONDS);
    }
  }

  private long nanoseconds() {
    var now = clock.instant();
    return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
  }

  /** Forgets a list: its samples may be sent again. */
  synchronized void acknowledge(long list) {
    Set<ByteString> samples = unacknowledged.remove(list);
    if (samples != null) {
      samples.forEach(quiet::remove);
    }
  }

  /** Forgets all lists: another client has seen none of them. */
  synchronized void forget() {
    unacknowledged.clear();
    quiet.clear();
  }

  private P4Data data(ByteString sample) {
    var numbers = new ArrayList<BigInteger>(widths.size());
    int at = 0;
    for (int width : widths) {
      int length = (width + 7) / 8;
      numbers.add(new BigInteger(1, sample.substring(at, at + length).toByteArray()));
      at += length;
    }
    return codec.encode(numbers.iterator());
  }
}
