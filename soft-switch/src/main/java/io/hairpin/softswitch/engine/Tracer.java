package io.hairpin.softswitch.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes down what a processor tells it of one packet. */
final class Tracer implements Transmitter {
  private static final HexFormat HEX = HexFormat.of();

  private final Source source;
  private final long[] before;
  private final List<TraceEvent> events = new ArrayList<>();
  private TraceEvent.@Nullable Kind kind;
  private String name = "";
  private List<TraceEvent.Detail> details = List.of();

  Tracer(Source source) {
    this.source = source;
    this.before = new long[source.words() + 1];
  }

  /** What happened, in order. */
  List<TraceEvent> events(long[] s) {
    finish(s);
    return events;
  }

  static TraceEvent.Detail detail(String name, long value) {
    return new TraceEvent.Detail(name, "0x" + Long.toHexString(value));
  }

  static TraceEvent.Detail detail(String name, String value) {
    return new TraceEvent.Detail(name, value);
  }

  /** Something happens; what has changed until now is due to what happened before. */
  void note(
      long[] s, TraceEvent.Kind nextKind, String nextName, List<TraceEvent.Detail> nextDetails) {
    finish(s);
    kind = nextKind;
    name = nextName;
    details = nextDetails;
  }

  void note(long[] s, TraceEvent.Kind nextKind, String nextName, TraceEvent.Detail... more) {
    note(s, nextKind, nextName, List.of(more));
  }

  /** The state is that of another packet now. */
  void other(long[] s) {
    finish(s);
    System.arraycopy(s, 0, before, 0, s.length);
  }

  private void finish(long[] s) {
    if (kind != null) {
      events.add(new TraceEvent(kind, name, details, changes(s)));
    }
    kind = null;
    System.arraycopy(s, 0, before, 0, s.length);
  }

  private List<TraceEvent.Change> changes(long[] s) {
    List<TraceEvent.Change> changes = new ArrayList<>();
    for (Layout.Header header : source.headers().values()) {
      int base = header.base();
      if (s[base] != before[base]) {
        changes.add(
            new TraceEvent.Change(header.name() + ".$valid$", "0x" + before[base], "0x" + s[base]));
      }
      for (Layout.Field field : header.type().fields()) {
        if (s[base] != 0 && !field.name().startsWith("_padding")) {
          String from = value(before, header, field);
          String to = value(s, header, field);
          if (!from.equals(to)) {
            changes.add(new TraceEvent.Change(header.name() + "." + field.name(), from, to));
          }
        }
      }
    }
    return changes;
  }

  private static String value(long[] words, Layout.Header header, Layout.Field field) {
    int first = header.base() + field.word();
    if (field.variable()) {
      var bits = new StringBuilder("0x");
      for (int i = 1; i <= (words[first] + 63) / 64; i++) {
        bits.append(HEX.toHexDigits(words[first + i]));
      }
      return bits.substring(0, 2 + (int) (words[first] / 4));
    }
    return "0x" + Wide.load(words, first, field.words()).and(Wide.mask(field.width())).toString(16);
  }

  private String value(long[] s, Expr.Data data) {
    return switch (data) {
      case Expr.FieldOf f when f.header() instanceof Expr.At at -> value(s, at.header(), f.field());
      case Expr.ValidBit v when v.header() instanceof Expr.At at -> "0x" + s[at.header().base()];
      default -> "?";
    };
  }

  /** A table was looked up. */
  void table(long[] s, Source.Apply apply, Table table, Bound bound) {
    List<TraceEvent.Detail> all = new ArrayList<>();
    for (Source.TableKey key : apply.key()) {
      all.add(detail(key.name(), value(s, key.value())));
    }
    if (!bound.hit) {
      all.add(detail("", apply.key().isEmpty() ? "default" : "miss"));
    } else {
      Entry entry = table.entry(bound);
      all.add(detail("hit", entry.key().stream().map(Tracer::match).toList().toString()));
      if (entry.priority() > 0) {
        all.add(detail("priority", Integer.toString(entry.priority())));
      }
      switch (entry.choice()) {
        case Choice.Member(int id) -> all.add(detail("member", Integer.toString(id)));
        case Choice.Group(int id) -> all.add(detail("group", Integer.toString(id)));
        case Choice.OneShot(var parts, _) ->
            all.add(detail("one of", Integer.toString(parts.size())));
        case Action action -> {}
      }
    }
    note(s, TraceEvent.Kind.TABLE, table.name(), all);
  }

  private static String match(Match match) {
    return switch (match) {
      case Match.Exact(var value) -> "0x" + value.toString(16);
      case Match.Lpm(var value, int length) -> "0x" + value.toString(16) + "/" + length;
      case Match.Ternary(var value, var mask) ->
          "0x" + value.toString(16) + " &&& 0x" + mask.toString(16);
      case Match.Range(var low, var high) -> "0x" + low.toString(16) + "..0x" + high.toString(16);
      case Match.Any() -> "any";
    };
  }

  void action(long[] s, Source.ActionCode action, long @Nullable [] arguments) {
    List<TraceEvent.Detail> all = new ArrayList<>();
    for (Source.Parameter p : action.parameters()) {
      all.add(
          detail(
              p.name(),
              arguments == null
                  ? "?"
                  : "0x"
                      + Wide.load(arguments, p.word(), Layout.Field.words(p.width()))
                          .toString(16)));
    }
    note(s, TraceEvent.Kind.ACTION, action.name(), all);
  }

  void sent(
      long[] s, int port, MemorySegment headers, int length, MemorySegment in, int at, int more) {
    byte[] bytes = new byte[length + more];
    MemorySegment.copy(headers, ValueLayout.JAVA_BYTE, 0, bytes, 0, length);
    MemorySegment.copy(in, ValueLayout.JAVA_BYTE, at, bytes, length, more);
    note(
        s,
        TraceEvent.Kind.SENT,
        Integer.toString(port),
        detail("", bytes.length + " octets"),
        detail("", HEX.formatHex(bytes)));
  }

  // The packet goes nowhere.

  @Override
  public void transmit(int port, MemorySegment h, int hl, Frame frame, int offset, int length) {}

  @Override
  public void digest(DigestList list, MemorySegment sample) {}
}
