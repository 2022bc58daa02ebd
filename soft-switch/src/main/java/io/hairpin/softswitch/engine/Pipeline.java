package io.hairpin.softswitch.engine;

import io.hairpin.softswitch.engine.TraceEvent.Kind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the compiled class extends: the order in which bmv2's simple_switch runs the parts of a
 * program, and the state of one thread.
 */
abstract non-sealed class Pipeline extends Processor {
  // What a program says by log_msg.
  private static final Logger LOG = LoggerFactory.getLogger("log_msg");

  private static final int INGRESS_CLONE = 1;
  private static final int EGRESS_CLONE = 2;
  private static final int RECIRCULATED = 4;
  private static final int REPLICATION = 5;
  private static final int RESUBMITTED = 6;
  // How often the packets that come of one frame may start again.
  private static final int MAX_PASSES = 256;
  // How often one of them may go back in its actions.
  private static final int MAX_LOOPS = 1 << 16;
  private static final int MAX_DEPTH = 4;
  private static final int MAX_STATES = 10_000;
  private static final int NO_CLONE = -1;
  private static final int DROP = Program.DROP_PORT;

  /** What all processors of a program share. */
  record Shared(
      Source source,
      LongSupplier microseconds,
      LongSupplier random,
      LongAdder failures,
      Replication replication,
      int keyWords,
      int headerBytes,
      int calculationBytes,
      @Nullable Tracer tracer) {
    Shared with(Tracer next) {
      return new Shared(
          source,
          microseconds,
          random,
          failures,
          replication,
          keyWords,
          headerBytes,
          calculationBytes,
          next);
    }
  }

  /** A digest, and room for its fields. */
  private record Sample(Source.Digest digest, DigestList list, MemorySegment bytes) {}

  /** A copy of the state. */
  private static final class Level {
    final long[] state;

    Level(int words) {
      state = new long[words];
    }
  }

  /** A packet that waits to start again. */
  private static final class Pass {
    final long[] state;
    Frame frame = new Frame(MemorySegment.NULL);
    // The bytes of a recirculated packet; a resubmitted one is the received frame.
    private Frame own = frame;
    int fields;
    int type;

    Pass(int words) {
      state = new long[words];
    }

    Frame own(int length) {
      if (own.memory().byteSize() < length) {
        own = new Frame(Arena.ofAuto().allocate(Math.max(2048, 2L * length), 8));
      }
      own.place(0, length);
      return own;
    }
  }

  // Used by the compiled class.
  final long[] s;
  final long[] k;
  final MemorySegment out;
  final byte[] buffer;
  MemorySegment in;
  int position;
  int end;
  int outLength;
  int ingressLength;
  int packetLength;
  int bits;
  boolean exited;
  long error;
  int cloneSession;
  int cloneFields;
  int digest;
  int truncated;
  int resubmit;
  int recirculate;

  final LongSupplier clock;
  final int egressSpec;
  final int mcastGrp;

  // This thread's part of each array.
  CounterArray.Part[] counters = {};

  // What packets wait in before egress; null where they do not.
  @Nullable EgressQueue queue;

  private final Source source;
  private final @Nullable Tracer tracer;
  private final boolean clocked;
  private final Replication replication;
  private final Transmitter transmitter;
  private final LongSupplier random;
  private final LongAdder failures;
  private final ArrayDeque<Pass> waiting = new ArrayDeque<>();
  private final ArrayDeque<Pass> spare = new ArrayDeque<>();
  private int passes;
  private @Nullable Pass current;
  private boolean failed;
  private int loops;
  private final long[] ingressState;
  // Two for each depth of clones of clones, made when they are first needed.
  private final @Nullable Level[] levels = new Level[2 * MAX_DEPTH];
  private final @Nullable Sample[] samples;
  private final Expr.FieldOf[][] fieldLists;
  private final Layout.Header[] metadata;
  private final int ingressPort;
  private final int egressPort;
  private final int instanceType;
  private final int packetLengthField;
  private final int enqTimestamp;
  private final int enqQdepth;
  private final int deqTimedelta;
  private final int deqQdepth;
  private final int priority;
  private final int qid;
  private final int ingressTimestamp;
  private final int egressTimestamp;
  private final int egressRid;
  private final int checksumError;
  private final int parserError;
  private final long noError;
  private final long tooShort;
  private final long outOfBounds;
  private final long invalidArgument;
  private final long timeout;
  private final long headerTooShort;

  Pipeline(Shared shared, Transmitter transmitter) {
    this.source = shared.source;
    this.tracer = shared.tracer;
    this.clock = shared.microseconds;
    this.clocked = source.clocked();
    this.replication = shared.replication;
    this.transmitter = transmitter;
    this.random = shared.random;
    this.failures = shared.failures;
    // One word more: where fields lie that the program does not have.
    int words = source.words() + 1;
    this.s = new long[words];
    this.ingressState = new long[words];
    this.k = new long[shared.keyWords];
    Arena arena = Arena.ofAuto();
    this.out = arena.allocate(Math.max(8, shared.headerBytes), 8);
    this.in = out;
    this.buffer = new byte[Math.max(8, shared.calculationBytes)];
    this.metadata =
        source.headers().values().stream()
            .filter(Layout.Header::metadata)
            .toArray(Layout.Header[]::new);
    int lastDigest = source.digests().keySet().stream().mapToInt(i -> i).max().orElse(-1);
    this.samples = new Sample[lastDigest + 1];
    for (Source.Digest d : source.digests().values()) {
      int bytes = d.fields().stream().mapToInt(f -> bytes(f.field().width())).sum();
      samples[d.id()] = new Sample(d, list(d), arena.allocate(Math.max(1, bytes)));
    }
    int lastList = source.fieldLists().keySet().stream().mapToInt(i -> i).max().orElse(-1);
    this.fieldLists = new Expr.FieldOf[lastList + 1][0];
    source.fieldLists().forEach((id, list) -> fieldLists[id] = list.toArray(Expr.FieldOf[]::new));
    ingressPort = word("ingress_port");
    egressSpec = word("egress_spec");
    egressPort = word("egress_port");
    instanceType = word("instance_type");
    packetLengthField = word("packet_length");
    enqTimestamp = word("enq_timestamp");
    enqQdepth = word("enq_qdepth");
    deqTimedelta = word("deq_timedelta");
    deqQdepth = word("deq_qdepth");
    priority = word("priority");
    qid = word("qid");
    ingressTimestamp = word("ingress_global_timestamp");
    egressTimestamp = word("egress_global_timestamp");
    mcastGrp = word("mcast_grp");
    egressRid = word("egress_rid");
    checksumError = word("checksum_error");
    parserError = word("parser_error");
    noError = error("NoError");
    tooShort = error("PacketTooShort");
    outOfBounds = error("StackOutOfBounds");
    invalidArgument = error("ParserInvalidArgument");
    timeout = error("ParserTimeout");
    headerTooShort = error("HeaderTooShort");
  }

  static DigestList list(Source.Digest d) {
    return new DigestList(
        d.name(), d.id(), d.fields().stream().map(f -> f.field().width()).toList());
  }

  private static int word(Expr.FieldOf field) {
    if (field.header() instanceof Expr.At at) {
      return at.header().base() + field.field().word();
    }
    throw new IllegalStateException("a field of a list lies in no fixed header: " + field);
  }

  private static int bytes(int width) {
    return (width + 7) / 8;
  }

  private int word(String name) {
    Layout.Header standard = source.headers().get("standard_metadata");
    if (standard != null) {
      for (Layout.Field field : standard.type().fields()) {
        if (field.name().equals(name)) {
          return standard.base() + field.word();
        }
      }
    }
    return source.words();
  }

  private long error(String name) {
    return source.errors().getOrDefault(name, source.errors().getOrDefault("NoError", 0));
  }

  // Compiled

  /** Runs a parser state; returns the next one, or -1. */
  abstract int state(int state);

  /** Verifies checksums; returns whether one is wrong. */
  abstract boolean verify();

  abstract void ingress();

  abstract void egress();

  /** Updates checksums, then writes the valid headers to {@link #out}. */
  abstract void deparse();

  // The switch

  @Override
  public final void process(int port, Frame frame) {
    passes = 0;
    clear();
    s[ingressPort] = port;
    try {
      pass(frame);
      passAgain();
    } catch (RuntimeException | Error e) {
      abandon();
      throw e;
    }
  }

  /** Forgets what would start again: the next frame must not meet it. */
  private void abandon() {
    spare.addAll(waiting);
    waiting.clear();
    current = null;
  }

  private void passAgain() {
    for (Pass next = waiting.poll(); next != null; next = waiting.poll()) {
      clear();
      copyFields(next.fields, next.state);
      s[instanceType] = next.type;
      current = next;
      pass(next.frame);
      current = null;
      spare.push(next);
    }
  }

  /** Runs a packet from the parser on; metadata is set. */
  private void pass(Frame frame) {
    in = frame.memory();
    int start = frame.offset();
    int port = (int) s[ingressPort];
    ingressLength = frame.length();
    packetLength = ingressLength;
    if (tracer != null) {
      tracer.other(s);
      note(Kind.RECEIVED, Integer.toString(port), Tracer.detail("", ingressLength + " octets"));
    }
    parse(start);
    if (clocked) {
      s[ingressTimestamp] = clock.getAsLong() & Bits.mask(48);
    }
    ingress();
    exited = false;
    if (failed) {
      dropped("an assertion of the program does not hold");
      return;
    }
    if (cloneSession != NO_CLONE) {
      cloneIngress(port, frame, start);
    }
    if (digest > 0) {
      sendDigest();
    }
    if (resubmit != 0) {
      if (tracer != null) {
        note(Kind.RESUBMIT, "", Tracer.detail("field list", resubmit));
      }
      Pass again = again(resubmit, RESUBMITTED);
      if (again != null) {
        again.frame = frame;
        if (current != null && frame == current.own) {
          // The bytes are wanted after the pass that owns them.
          current.own = again.own;
          again.own = frame;
        }
      }
      return;
    }
    int group = (int) s[mcastGrp];
    if (group != 0) {
      s[instanceType] = REPLICATION;
      List<Replication.Replica> replicas = replication.group(group);
      if (tracer != null) {
        note(Kind.MULTICAST, Integer.toString(group), replicas(replicas));
      }
      if (replicas != null) {
        replicate(replicas, frame, 0);
      }
      return;
    }
    int port1 = (int) s[egressSpec];
    if (port1 != DROP) {
      s[instanceType] = 0;
      runEgress(port1, frame, 0);
    } else {
      dropped("egress_spec is 511 at the end of ingress");
    }
  }

  /** Keeps the state of a packet that starts again, unless that was too often already. */
  private @Nullable Pass again(int fields, int type) {
    if (++passes > MAX_PASSES) {
      dropped("it started again " + MAX_PASSES + " times");
      return null;
    }
    Pass pass = spare.poll();
    if (pass == null) {
      pass = new Pass(s.length);
    }
    System.arraycopy(s, 0, pass.state, 0, s.length);
    pass.fields = fields;
    pass.type = type;
    waiting.add(pass);
    return pass;
  }

  private void clear() {
    Arrays.fill(s, 0);
    for (Layout.Header m : metadata) {
      s[m.base()] = 1;
    }
  }

  /** Parses the received bytes into a clear state. */
  private void parse(int start) {
    position = start;
    end = start + ingressLength;
    error = noError;
    exited = false;
    failed = false;
    loops = 0;
    cloneSession = NO_CLONE;
    digest = 0;
    resubmit = 0;
    recirculate = 0;
    truncated = Integer.MAX_VALUE;
    s[packetLengthField] = ingressLength;
    if (clocked) {
      s[ingressTimestamp] = clock.getAsLong() & Bits.mask(48);
    }
    int state = 0;
    for (int i = 0; state >= 0; i++) {
      if (i == MAX_STATES) {
        error = timeout;
        break;
      }
      state = state(state);
    }
    if (tracer != null) {
      note(Kind.PARSED, errorName());
    }
    s[parserError] = error;
    s[checksumError] = verify() ? 1 : 0;
  }

  private void cloneIngress(int port, Frame frame, int start) {
    Replication.CloneSession session = replication.session(cloneSession);
    int fields = cloneFields;
    if (tracer != null) {
      note(
          Kind.CLONE,
          Integer.toString(cloneSession),
          replicas(session == null ? null : session.replicas()));
    }
    cloneSession = NO_CLONE;
    if (session == null) {
      return;
    }
    int keptPosition = position;
    int keptLength = packetLength;
    int keptDigest = digest;
    int keptTruncated = truncated;
    int keptResubmit = resubmit;
    System.arraycopy(s, 0, ingressState, 0, s.length);
    packetLength = ingressLength;
    clear();
    s[ingressPort] = port;
    if (tracer != null) {
      tracer.other(s);
    }
    parse(start);
    clearMetadata();
    copyFields(fields, ingressState);
    s[instanceType] = INGRESS_CLONE;
    s[priority] = session.classOfService();
    cut(session);
    if (!failed) {
      replicate(session.replicas(), frame, 0);
    }
    System.arraycopy(ingressState, 0, s, 0, s.length);
    if (tracer != null) {
      tracer.other(s);
    }
    position = keptPosition;
    packetLength = keptLength;
    digest = keptDigest;
    truncated = keptTruncated;
    resubmit = keptResubmit;
    failed = false;
    cloneSession = NO_CLONE;
  }

  private void cut(Replication.CloneSession session) {
    if (session.packetLength() > 0) {
      truncated = Math.min(truncated, session.packetLength());
      packetLength = Math.min(packetLength, session.packetLength());
    }
  }

  private void clearMetadata() {
    for (Layout.Header m : metadata) {
      Arrays.fill(s, m.base() + 1, m.base() + m.type().words(), 0);
    }
  }

  private void copyFields(int list, long[] from) {
    if (list < 0 || list >= fieldLists.length) {
      return;
    }
    for (Expr.FieldOf field : fieldLists[list]) {
      int word = word(field);
      System.arraycopy(from, word, s, word, field.field().words());
    }
  }

  /** Sends a copy of the packet to each replica through egress. */
  private void replicate(List<Replication.Replica> replicas, Frame frame, int depth) {
    int length = packetLength;
    int cut = truncated;
    long[] kept = level(2 * depth);
    System.arraycopy(s, 0, kept, 0, s.length);
    boolean first = true;
    for (int i = 0; i < replicas.size(); i++) {
      Replication.Replica replica = replication.live(replicas.get(i));
      if (replica == null) {
        continue;
      }
      if (!first) {
        System.arraycopy(kept, 0, s, 0, s.length);
        if (tracer != null) {
          tracer.other(s);
        }
        packetLength = length;
        truncated = cut;
      }
      first = false;
      s[egressRid] = replica.instance();
      cloneSession = NO_CLONE;
      recirculate = 0;
      runEgress(replica.port(), frame, depth);
    }
  }

  private long[] level(int index) {
    Level level = levels[index];
    if (level == null) {
      level = new Level(s.length);
      levels[index] = level;
    }
    return level.state;
  }

  private void runEgress(int port, Frame frame, int depth) {
    if (queue != null) {
      enqueue(queue, port, frame, depth);
      return;
    }
    if (clocked) {
      long now = clock.getAsLong();
      s[enqTimestamp] = now & Bits.mask(32);
      s[egressTimestamp] = now & Bits.mask(48);
    }
    s[enqQdepth] = 0;
    s[deqTimedelta] = 0;
    s[deqQdepth] = 0;
    dequeued(port, frame, depth);
  }

  /** Keeps a packet until {@link #resume}. */
  private void enqueue(EgressQueue waiting, int port, Frame frame, int depth) {
    WaitingPacket packet = waiting.room(port, (int) s[priority]);
    if (packet == null) {
      return;
    }
    if (packet.state.length < s.length) {
      packet.state = new long[s.length];
    }
    System.arraycopy(s, 0, packet.state, 0, s.length);
    packet.keep(frame);
    packet.port = port;
    packet.depth = depth;
    packet.position = position - frame.offset();
    packet.packetLength = packetLength;
    packet.truncated = truncated;
    packet.recirculate = recirculate;
    packet.passes = passes;
    packet.since = clocked ? clock.getAsLong() : 0;
    packet.enqueue();
  }

  @Override
  public final void resume(WaitingPacket packet) {
    System.arraycopy(packet.state, 0, s, 0, s.length);
    Frame frame = packet.frame();
    in = frame.memory();
    position = packet.position;
    ingressLength = frame.length();
    end = ingressLength;
    packetLength = packet.packetLength;
    truncated = packet.truncated;
    recirculate = packet.recirculate;
    passes = packet.passes;
    exited = false;
    failed = false;
    loops = 0;
    cloneSession = NO_CLONE;
    if (clocked) {
      long now = clock.getAsLong();
      s[enqTimestamp] = packet.since & Bits.mask(32);
      s[deqTimedelta] = now - packet.since & Bits.mask(32);
      s[egressTimestamp] = now & Bits.mask(48);
    }
    s[enqQdepth] = packet.before;
    s[deqQdepth] = packet.behind;
    try {
      dequeued(packet.port, frame, packet.depth);
      passAgain();
    } catch (RuntimeException | Error e) {
      abandon();
      throw e;
    }
  }

  private void dequeued(int port, Frame frame, int depth) {
    if (tracer != null) {
      tracer.other(s);
    }
    s[qid] = s[priority];
    s[egressPort] = port;
    // bmv2 sets the drop port plus one, which 9 bits do not hold.
    s[egressSpec] = 0;
    s[packetLengthField] = packetLength;
    if (tracer != null) {
      tracer.other(s);
      note(
          Kind.EGRESS,
          Integer.toString(port),
          Tracer.detail("instance_type", s[instanceType]),
          Tracer.detail("egress_rid", s[egressRid]));
    }
    egress();
    exited = false;
    if (failed) {
      failed = false;
      dropped("an assertion of the program does not hold");
      return;
    }
    int session = cloneSession;
    int fields = cloneFields;
    cloneSession = NO_CLONE;
    Replication.CloneSession clones = session == NO_CLONE ? null : replication.session(session);
    if (tracer != null && session != NO_CLONE) {
      note(
          Kind.CLONE,
          Integer.toString(session),
          replicas(clones == null ? null : clones.replicas()));
    }
    if (clones != null && depth + 1 < MAX_DEPTH) {
      cloneEgress(clones, fields, port, frame, depth);
      return;
    }
    finish(port, frame);
  }

  /** Finishes the packet, then runs its clones, which are the packet as egress left it. */
  private void cloneEgress(
      Replication.CloneSession session, int fields, int port, Frame frame, int depth) {
    long[] kept = level(2 * depth + 1);
    System.arraycopy(s, 0, kept, 0, s.length);
    int length = packetLength;
    int cut = truncated;
    finish(port, frame);
    recirculate = 0;
    System.arraycopy(kept, 0, s, 0, s.length);
    if (tracer != null) {
      tracer.other(s);
    }
    packetLength = length;
    truncated = cut;
    clearMetadata();
    copyFields(fields, kept);
    s[instanceType] = EGRESS_CLONE;
    s[priority] = session.classOfService();
    cut(session);
    replicate(session.replicas(), frame, depth + 1);
  }

  private void finish(int port, Frame frame) {
    if (s[egressSpec] == DROP) {
      dropped("egress_spec is 511 at the end of egress");
      return;
    }
    outLength = 0;
    deparse();
    int headers = Math.min(outLength, truncated);
    int payload = Math.min(end - position, truncated - headers);
    if (recirculate != 0) {
      if (tracer != null) {
        note(Kind.RECIRCULATE, "", Tracer.detail("field list", recirculate));
      }
      recirculate(frame, headers, payload);
      return;
    }
    if (tracer != null) {
      tracer.sent(s, port, out, headers, in, position, payload);
    }
    transmitter.transmit(port, out, headers, frame, position, payload);
  }

  private void recirculate(Frame frame, int headers, int payload) {
    Pass again = again(recirculate, RECIRCULATED);
    recirculate = 0;
    if (again == null) {
      return;
    }
    Frame next = again.own(headers + payload);
    MemorySegment.copy(out, 0, next.memory(), 0, headers);
    MemorySegment.copy(in, position, next.memory(), headers, payload);
    // The offload facts count from the frame's first byte.
    int moved = headers - (position - frame.offset());
    next.offload(
        frame.flags(),
        frame.gsoType(),
        Math.max(0, frame.headerLength() + moved),
        frame.gsoSize(),
        Math.max(0, frame.checksumStart() + moved),
        frame.checksumOffset());
    again.frame = next;
  }

  private void sendDigest() {
    Sample sample = digest < samples.length ? samples[digest] : null;
    if (sample == null) {
      return;
    }
    int at = 0;
    List<Expr.FieldOf> fields = sample.digest.fields();
    for (int i = 0; i < fields.size(); i++) {
      int word = word(fields.get(i));
      int width = fields.get(i).field().width();
      for (int bit = bytes(width) * 8 - 8; bit >= 0; bit -= 8) {
        long value = s[word + bit / 64] >>> bit % 64;
        Bits.put1(width - bit < 8 ? value & Bits.mask(width - bit) : value, sample.bytes, at++);
      }
    }
    if (tracer != null) {
      String bytes = HexFormat.of().formatHex(sample.bytes.toArray(ValueLayout.JAVA_BYTE));
      note(Kind.DIGEST, sample.list.name(), Tracer.detail("", bytes));
    }
    transmitter.digest(sample.list, sample.bytes);
  }

  // Tracing

  private void note(Kind kind, String name, TraceEvent.Detail... details) {
    if (tracer != null) {
      tracer.note(s, kind, name, details);
    }
  }

  private void dropped(String why) {
    if (tracer != null) {
      note(Kind.DROPPED, why);
    }
  }

  private static TraceEvent.Detail replicas(@Nullable List<Replication.Replica> replicas) {
    return replicas == null
        ? Tracer.detail("", "there is none")
        : Tracer.detail(
            "ports", replicas.stream().map(Replication.Replica::port).toList().toString());
  }

  private String errorName() {
    for (Map.Entry<String, Integer> e : source.errors().entrySet()) {
      if (e.getValue() == error) {
        return e.getKey();
      }
    }
    return "error " + error;
  }

  // Called by a compiled class that is traced

  final void traceState(Source.State state) {
    note(Kind.STATE, state.name());
  }

  final void traceCondition(Source.Conditional condition, boolean holds) {
    note(Kind.CONDITION, condition.name(), Tracer.detail("", Boolean.toString(holds)));
  }

  final void traceTable(Source.Apply apply, Table table, Bound bound) {
    if (tracer != null) {
      tracer.table(s, apply, table, bound);
    }
  }

  final void traceAction(Source.ActionCode action, long @Nullable [] arguments) {
    if (tracer != null) {
      tracer.action(s, action, arguments);
    }
  }

  final void traceCount(CounterArray counter, long index) {
    note(Kind.COUNT, counter.name(), Tracer.detail("", Long.toString(index)));
  }

  // Called by the compiled class

  final boolean logs() {
    return tracer == null && LOG.isInfoEnabled();
  }

  @SuppressWarnings("Slf4jFormatShouldBeConst") // the program's own
  final void log(String format, Object[] arguments) {
    LOG.info(format, arguments);
  }

  /** Whether so many more bytes are there; if not, that is the parser's error. */
  final boolean has(int bytes) {
    if (end - position >= bytes) {
      return true;
    }
    error = tooShort;
    return false;
  }

  /** The first word of a stack's next element, or -1, which is the parser's error. */
  final int next(int base, int words, int depth, int count) {
    long used = s[count];
    if (used >= depth) {
      error = outOfBounds;
      return -1;
    }
    return base + (int) used * words;
  }

  /** Extracts a header that has a field of variable length, of so many bits. */
  final boolean extract(Layout.HeaderType type, int base, long length) {
    Layout.Field variable = type.variable();
    if (variable == null || length % 8 != 0) {
      error = invalidArgument;
      return false;
    }
    int fixed = type.bits() - variable.width();
    if (length < 0 || (fixed + length) / 8 > end - position) {
      error = tooShort;
      return false;
    }
    if (length > variable.width()) {
      error = headerTooShort;
      return false;
    }
    int bit = 0;
    List<Layout.Field> fields = type.fields();
    for (int i = 0; i < fields.size(); i++) {
      Layout.Field field = fields.get(i);
      int first = base + field.word();
      if (field.variable()) {
        s[first] = length;
        for (int w = 1; w < field.words(); w++) {
          int part = Math.clamp(length - 64L * (w - 1), 0, 64);
          s[first + w] = part == 0 ? 0 : bits(bit + 64 * (w - 1), part) << (64 - part);
        }
        bit += (int) length;
      } else {
        for (int w = 0; w < field.words(); w++) {
          int to = bit + field.width() - 64 * w;
          int from = Math.max(bit, to - 64);
          long value = bits(from, to - from);
          int unused = 64 - field.width();
          s[first + w] = field.signed() && unused > 0 ? value << unused >> unused : value;
        }
        bit += field.width();
      }
    }
    s[base] = 1;
    position += bit / 8;
    return true;
  }

  /** Up to 64 bits of the packet from the parser's position on. */
  private long bits(int bit, int width) {
    long value = 0;
    for (int i = 0; i < width; ) {
      int at = bit + i;
      int take = Math.min(8 - at % 8, width - i);
      long octet = Bits.get1(in, position + at / 8) >>> (8 - at % 8 - take);
      value = (value << take) | (octet & Bits.mask(take));
      i += take;
    }
    return value;
  }

  /** Writes a header that has a field of variable length behind what is written. */
  final void emit(Layout.HeaderType type, int base) {
    bits = 0;
    List<Layout.Field> fields = type.fields();
    for (int i = 0; i < fields.size(); i++) {
      Layout.Field field = fields.get(i);
      int first = base + field.word();
      if (field.variable()) {
        appendVariable(first);
      } else {
        for (int w = field.words() - 1; w >= 0; w--) {
          append(s[first + w], Math.min(64, field.width() - 64 * w));
        }
      }
    }
    MemorySegment.copy(buffer, 0, out, ValueLayout.JAVA_BYTE, outLength, bits / 8);
    outLength += bits / 8;
  }

  /** A random number between two bounds, unsigned, both included. */
  final long random(long low, long high) {
    long range = high - low + 1;
    long any = random.getAsLong();
    return range == 0 ? any : low + Math.unsignedMultiplyHigh(any, range);
  }

  /** Whether an action may go back once more; if not, the packet is dropped. */
  final boolean mayLoop() {
    if (++loops <= MAX_LOOPS) {
      return true;
    }
    fail();
    return false;
  }

  /** An assertion does not hold: the packet is dropped. */
  final void fail() {
    if (tracer == null) {
      failures.increment();
    }
    failed = true;
    exited = true;
  }

  final int last(int base, int words, int count) {
    return base + (int) Math.max(0, s[count] - 1) * words;
  }

  final int element(int base, int words, int depth, long index) {
    return base + Math.clamp(index, 0, depth - 1) * words;
  }

  /** Skips bits; returns whether that was possible. */
  final boolean advance(long bits) {
    if (bits % 8 != 0) {
      error = invalidArgument;
      return false;
    }
    if (bits < 0 || bits / 8 > end - position) {
      error = tooShort;
      return false;
    }
    position += (int) (bits / 8);
    return true;
  }

  final void addHeader(int base, int words, int bytes) {
    if (s[base] == 0) {
      Arrays.fill(s, base, base + words, 0);
      s[base] = 1;
      packetLength += bytes;
    }
  }

  final void removeHeader(int base, int bytes) {
    if (s[base] != 0) {
      s[base] = 0;
      packetLength -= bytes;
    }
  }

  final void copyHeader(int to, int from, int words) {
    if (s[from] == 0) {
      s[to] = 0;
    } else {
      System.arraycopy(s, from, s, to, words);
    }
  }

  final void copyStack(int to, int from, int words, int toCount, int fromCount) {
    s[toCount] = s[fromCount];
    System.arraycopy(s, from, s, to, words);
  }

  final void push(int base, int words, int depth, int count, int number) {
    int n = Math.min(number, depth);
    s[count] = Math.min(depth, s[count] + n);
    System.arraycopy(s, base, s, base + n * words, (depth - n) * words);
    Arrays.fill(s, base, base + n * words, 0);
  }

  final void pop(int base, int words, int depth, int count, int number) {
    int n = Math.min(number, depth);
    s[count] = Math.max(0, s[count] - n);
    System.arraycopy(s, base + n * words, s, base, (depth - n) * words);
    Arrays.fill(s, base + (depth - n) * words, base + depth * words, 0);
  }

  final boolean sameHeader(int left, int right, int words) {
    if (s[left] == 0 || s[right] == 0) {
      return s[left] == s[right];
    }
    return Arrays.equals(s, left, left + words, s, right, right + words);
  }

  final boolean sameWords(int left, int right, int words) {
    return Arrays.equals(s, left, left + words, s, right, right + words);
  }

  final void clone(long session, long fields) {
    cloneSession = (int) session & 0x7FFF;
    cloneFields = (int) fields & 0xFFFF;
  }

  final void truncate(long length) {
    truncated = Math.clamp(length, 0, Integer.MAX_VALUE);
  }

  final BigInteger lookahead(int bit, int width) {
    BigInteger value = BigInteger.ZERO;
    int bytes = (bit + width + 7) / 8;
    for (int i = 0; i < bytes; i++) {
      value = value.shiftLeft(8).or(BigInteger.valueOf(Bits.get1(in, position + i)));
    }
    return value.shiftRight(bytes * 8 - bit - width).and(Wide.mask(width));
  }

  // Calculations: inputs are appended bit by bit to the buffer.

  final void append(long value, int width) {
    int rest = width;
    while (rest > 0) {
      int free = 8 - (bits & 7);
      int take = Math.min(free, rest);
      int part = (int) (value >>> (rest - take)) & ((1 << take) - 1);
      int at = bits >>> 3;
      int old = free == 8 ? 0 : buffer[at];
      buffer[at] = (byte) (old | (part << (free - take)));
      bits += take;
      rest -= take;
    }
  }

  /** Appends a field of variable length. */
  final void appendVariable(int first) {
    int length = (int) s[first];
    for (int i = 0; i * 64 < length; i++) {
      int part = Math.min(64, length - 64 * i);
      append(s[first + 1 + i] >>> (64 - part), part);
    }
  }

  final boolean inSet(ValueSet set, byte[] mask) {
    return set.contains(buffer, (bits + 7) / 8, mask);
  }

  final void appendPayload() {
    int length = Math.min(end - position, buffer.length - bits / 8);
    MemorySegment.copy(in, ValueLayout.JAVA_BYTE, position, buffer, (bits + 7) / 8, length);
    bits = ((bits + 7) / 8 + length) * 8;
  }

  final long finish(Hash hash) {
    return hash.of(buffer, (bits + 7) / 8);
  }

  static long offset(long hash, long base, long size) {
    return Wide.remainderUnsigned(hash, size == 0 ? 1 : size) + base;
  }
}
