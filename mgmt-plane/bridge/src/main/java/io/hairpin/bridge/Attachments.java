package io.hairpin.bridge;

import io.hairpin.bridge.AccessList.Ace;
import io.hairpin.bridge.AccessList.Actions;
import io.hairpin.bridge.AccessList.Forwarding;
import io.hairpin.bridge.Attachment.Point;
import io.hairpin.bridge.Attachment.PortPoint;
import io.hairpin.bridge.Attachment.VlanPoint;
import io.hairpin.bridge.ConfigurationObject.InterfaceKey;
import io.hairpin.bridge.ConfigurationObject.ObjectKey;
import io.hairpin.bridge.MirrorSession.Sources;
import io.hairpin.bridge.QualityOfService.PolicerKey;
import io.hairpin.p4runtime.client.Action;
import io.hairpin.p4runtime.client.CloneSession;
import io.hairpin.p4runtime.client.Entity;
import io.hairpin.p4runtime.client.Replica;
import io.hairpin.p4runtime.client.TableEntry;
import io.hairpin.p4runtime.client.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The access lists and mirror sessions and what they are attached to, as entities of the pipeline.
 *
 * <p>The lists of one attachment point make up one sequence. A sequence has a number in the table
 * that looks it up, by which every point with the same sequence shares its entries. Numbers and the
 * priorities of entries depend on what was before; {@link #adopt} takes them from a target that
 * holds some. Not safe for several threads.
 */
final class Attachments {

  /** On which side of the pipeline. */
  private enum Side {
    INGRESS,
    EGRESS;

    String prefix() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What attachments look like in the pipeline. */
  private enum Kind {
    PORT,
    VLAN;

    static Kind of(Point point) {
      return switch (point) {
        case PortPoint _ -> PORT;
        case VlanPoint _ -> VLAN;
      };
    }

    String infix() {
      return "_" + name().toLowerCase(Locale.ROOT);
    }

    /** What the actions of the kind's entries end with. */
    String suffix() {
      return this == VLAN ? infix() : "";
    }
  }

  /** A table of entries. */
  private record Table(Side side, Kind kind) {
    String aces() {
      return side.prefix() + kind.infix() + "_ace";
    }

    String attachments() {
      return side.prefix() + kind.infix() + "_attachment";
    }

    String attach() {
      return "attach_" + side.prefix() + kind.infix();
    }
  }

  /** Access lists in their order, as a table looks them up. */
  private record Sequence(Table table, List<String> names) {}

  private record AceName(String list, String ace) {}

  /** What the pipeline holds for a sequence. */
  private static final class Installed {
    int number;
    Map<AceName, Integer> priorities = Map.of();

    /** The entries, and whose they are. */
    Map<TableEntry, AceName> entries = Map.of();
  }

  /** What the pipeline holds for an attachment point. */
  private record Bound(Set<Sequence> sequences, List<Entity> entries) {}

  private static final int LAST_NUMBER = 4095;

  /** A length that cuts nothing off. */
  private static final int LONGEST = 0xFFFF;

  private static final int TAG = 4;

  private final LogicalPorts ports;
  private final int cpuPort;
  private final Map<String, AccessList> lists = new HashMap<>();
  private final Map<Point, Attachment> attachments = new LinkedHashMap<>();
  private final Map<Integer, MirrorSession> sessions = new TreeMap<>();
  private final Map<Sequence, Installed> sequences = new HashMap<>();
  private final Map<Point, Bound> bindings = new HashMap<>();
  private final EntryPolicers policers = new EntryPolicers();

  /** The clone sessions, and what copies look like. */
  private List<Entity> copies = List.of();

  /**
   * Makes it, with nothing attached.
   *
   * @param ports the numbers of the ports
   * @param cpuPort the number of the CPU port, which samples go to
   */
  Attachments(LogicalPorts ports, int cpuPort) {
    this.ports = ports;
    this.cpuPort = cpuPort;
  }

  /** Checks a change against the present configuration. */
  void check(Change change) throws InvalidConfigurationException {
    Map<String, AccessList> listsAfter = new HashMap<>(lists);
    Map<Point, Attachment> attachmentsAfter = new HashMap<>(attachments);
    boolean affected = false;
    for (ObjectKey key : change.removed()) {
      affected |= change(key, null, listsAfter, attachmentsAfter);
    }
    for (ConfigurationObject object : change.put()) {
      affected |= change(object.key(), object, listsAfter, attachmentsAfter);
      if (object instanceof AccessList list) {
        checkType(list);
      }
    }
    if (affected) {
      for (Attachment attachment : attachmentsAfter.values()) {
        for (String name : attachment.egress()) {
          AccessList list = listsAfter.get(name);
          if (list != null) {
            checkEgress(list, attachment, change);
          }
        }
      }
      checkNumbers(change, listsAfter, attachmentsAfter.values());
    }
  }

  /** Checks that there are numbers for all sequences, and for all policers that they name. */
  private static void checkNumbers(
      Change change, Map<String, AccessList> lists, Collection<Attachment> attachments)
      throws InvalidConfigurationException {
    Map<Table, Set<Sequence>> sequences = new HashMap<>();
    for (Attachment attachment : attachments) {
      sequences(attachment)
          .forEach(
              (table, sequence) ->
                  sequences.computeIfAbsent(table, _ -> new HashSet<>()).add(sequence));
    }
    Set<String> policers = new HashSet<>();
    sequences.values().forEach(attached -> policers.addAll(policerNames(attached, lists)));
    for (ConfigurationObject object : change.put()) {
      if (object instanceof Attachment attachment) {
        for (Table table : sequences(attachment).keySet()) {
          int count = Objects.requireNonNull(sequences.get(table)).size();
          if (count > LAST_NUMBER) {
            throw new InvalidConfigurationException(
                attachment.key(),
                table.side().prefix(),
                "",
                "%s: table %s has numbers for %d different sequences of access lists, not for %d"
                    .formatted(attachment.key(), table.aces(), LAST_NUMBER, count));
          }
        }
      }
      boolean names =
          object instanceof Attachment
              || (object instanceof AccessList list && !list.policerNames().isEmpty());
      if (names && policers.size() > EntryPolicers.MOST) {
        throw new InvalidConfigurationException(
            object.key(),
            object instanceof Attachment ? Side.INGRESS.prefix() : "name",
            "",
            "%s: there are numbers for %d policers, but attached access lists name %d"
                .formatted(object.key(), EntryPolicers.MOST, policers.size()));
      }
    }
  }

  private static void checkType(AccessList list) throws InvalidConfigurationException {
    for (Ace ace : list.aces()) {
      var matches = ace.matches();
      boolean eth =
          matches.destination() != null
              || matches.source() != null
              || matches.etherType().isPresent();
      int version = matches.ip() == null ? 0 : matches.ip().version();
      String what =
          eth && !list.type().eth()
              ? "Ethernet"
              : version == 4 && !list.type().ipv4()
                  ? "IPv4"
                  : version == 6 && !list.type().ipv6() ? "IPv6" : null;
      if (what != null) {
        throw new InvalidConfigurationException(
            list.key(),
            "type",
            "",
            list.key()
                + ": the entry '"
                + ace.name()
                + "' matches the "
                + what
                + " header, which the list's type does not allow");
      }
    }
  }

  private static void checkEgress(AccessList list, Attachment attachment, Change change)
      throws InvalidConfigurationException {
    for (Ace ace : list.aces()) {
      if (ace.actions().ingressOnly()) {
        throw new InvalidConfigurationException(
            change.put().contains(attachment) ? attachment.key() : list.key(),
            change.put().contains(attachment) ? "egress" : "name",
            list.name(),
            attachment.key()
                + ": the entry '"
                + ace.name()
                + "' of access list '"
                + list.name()
                + "' redirects, polices or sets the priority, which only ingress access lists can");
      }
    }
  }

  private static boolean change(
      ObjectKey key,
      @Nullable ConfigurationObject object,
      Map<String, AccessList> lists,
      Map<Point, Attachment> attachments) {
    return switch (key) {
      case AccessList.Key(String name) -> {
        put(lists, name, object instanceof AccessList list ? list : null);
        yield true;
      }
      case Point point -> {
        put(attachments, point, object instanceof Attachment attachment ? attachment : null);
        yield true;
      }
      default -> false;
    };
  }

  private void change(MirrorSession.Key key, @Nullable ConfigurationObject object) {
    put(sessions, key.id(), object instanceof MirrorSession session ? session : null);
  }

  private static <K, V> void put(Map<K, V> map, K key, @Nullable V value) {
    if (value == null) {
      map.remove(key);
    } else {
      map.put(key, value);
    }
  }

  /**
   * Takes in what changed; tells what follows for the pipeline.
   *
   * @param affected what is there no more, is new, has other values or another number now
   * @param configuration what there is now
   */
  Difference apply(Set<ObjectKey> affected, Map<ObjectKey, ConfigurationObject> configuration) {
    Set<String> changed = new HashSet<>();
    Set<Point> points = new LinkedHashSet<>();
    Difference difference = new Difference();
    boolean mirrors = false;
    boolean rates = false;
    for (ObjectKey key : affected) {
      var _ = change(key, configuration.get(key), lists, attachments);
      switch (key) {
        case MirrorSession.Key session -> {
          points.addAll(sources(sessions.get(session.id())));
          change(session, configuration.get(session));
          points.addAll(sources(sessions.get(session.id())));
          mirrors = true;
        }
        case PolicerKey policer -> {
          policers.configure(policer, configuration.get(policer));
          rates = true;
        }
        case AccessList.Key(String name) -> changed.add(name);
        case Point point -> points.add(point);
        case InterfaceKey(String name) -> {
          points.add(new PortPoint(name));
          lists.values().stream()
              .filter(list -> list.portNames().contains(name))
              .forEach(list -> changed.add(list.name()));
        }
        default -> {}
      }
    }
    if (mirrors) {
      difference.before().addAll(copies);
      copies = copies();
      difference.after().addAll(copies);
    }
    if (!changed.isEmpty() || !points.isEmpty()) {
      reattach(changed, points, difference);
    } else if (rates) {
      policers.derive(policerNames(), difference);
    }
    return difference;
  }

  /** What follows where lists changed, or what is attached to points. */
  private void reattach(Set<String> changed, Set<Point> points, Difference difference) {
    Set<Sequence> touched = new LinkedHashSet<>();
    for (Sequence sequence : sequences.keySet()) {
      if (sequence.names().stream().anyMatch(changed::contains)) {
        touched.add(sequence);
      }
    }
    for (Point point : points) {
      Bound bound = bindings.remove(point);
      if (bound != null) {
        touched.addAll(bound.sequences());
        difference.before().addAll(bound.entries());
      }
      touched.addAll(sequences(point).values());
    }
    for (Sequence sequence : touched) {
      Installed installed = sequences.get(sequence);
      if (installed != null) {
        difference.before().addAll(installed.entries.keySet());
      }
    }
    Set<Sequence> attached = attached();
    touched.stream().filter(sequence -> !attached.contains(sequence)).forEach(sequences::remove);
    touched.retainAll(attached);
    for (Sequence sequence : touched) {
      if (!sequences.containsKey(sequence)) {
        sequences.put(sequence, numbered(sequence));
      }
    }
    policers.derive(policerNames(), difference);
    for (Sequence sequence : touched) {
      Installed installed = Objects.requireNonNull(sequences.get(sequence));
      derive(sequence, installed, installed.priorities);
      difference.after().addAll(installed.entries.keySet());
    }
    points.forEach(point -> bind(point, difference.after()));
  }

  /** The policers that attached entries name. */
  private Set<String> policerNames() {
    return policerNames(sequences.keySet(), lists);
  }

  private static Set<String> policerNames(
      Collection<Sequence> sequences, Map<String, AccessList> lists) {
    Set<String> names = new HashSet<>();
    sequences.forEach(sequence -> names.addAll(sequence.names()));
    Set<String> named = new TreeSet<>();
    for (String name : names) {
      AccessList list = lists.get(name);
      if (list != null) {
        named.addAll(list.policerNames());
      }
    }
    return named;
  }

  /** The sequences of a point, by the table that they are looked up in. */
  private Map<Table, Sequence> sequences(Point point) {
    Attachment attachment = attachments.get(point);
    return attachment == null || key(point).isEmpty() ? Map.of() : sequences(attachment);
  }

  private static Map<Table, Sequence> sequences(Attachment attachment) {
    Map<Table, Sequence> found = new LinkedHashMap<>();
    for (Side side : Side.values()) {
      List<String> names = side == Side.INGRESS ? attachment.ingress() : attachment.egress();
      if (!names.isEmpty()) {
        Table table = new Table(side, Kind.of(attachment.point()));
        found.put(table, new Sequence(table, names));
      }
    }
    return found;
  }

  private static Set<Point> sources(@Nullable MirrorSession session) {
    Set<Point> points = new LinkedHashSet<>();
    if (session != null) {
      for (Sources sources : List.of(session.ingress(), session.egress())) {
        sources.ports().forEach(name -> points.add(new PortPoint(name)));
        sources.vids().forEach(vid -> points.add(new VlanPoint(vid)));
      }
    }
    return points;
  }

  /** The sessions that copy what passes a point, a bit each. */
  private int mirrors(Side side, Point point) {
    int mirrors = 0;
    for (MirrorSession session : sessions.values()) {
      Sources sources = side == Side.INGRESS ? session.ingress() : session.egress();
      boolean copied =
          switch (point) {
            case PortPoint(String name) -> sources.ports().contains(name);
            case VlanPoint(int vid) -> sources.vids().contains(vid);
          };
      if (copied) {
        mirrors |= bit(session.id());
      }
    }
    return mirrors;
  }

  private static int bit(int session) {
    return 1 << (session - 1);
  }

  /**
   * A clone session for every set of mirror sessions, by itself and with the sample: a frame has
   * one clone, which every session that wants it shares.
   */
  private List<Entity> copies() {
    List<Entity> entities = new ArrayList<>();
    for (MirrorSession session : sessions.values()) {
      int length = session.length().orElse(LONGEST);
      TableEntry key = TableEntry.of("mirror_session").exact("session", session.id());
      entities.add(
          session.remoteVid().isPresent()
              ? key.action(
                  Action.of("copy_to_vlan")
                      .with("vid", session.remoteVid().getAsInt())
                      .with("length", Math.min(length + TAG, LONGEST)))
              : key.action(Action.of("copy").with("length", length)));
    }
    for (int set = 1; set < 1 << MirrorSession.LAST; set++) {
      Set<Replica> replicas = new LinkedHashSet<>();
      int found = 0;
      for (MirrorSession session : sessions.values()) {
        if ((set & bit(session.id())) != 0) {
          found |= bit(session.id());
          for (String destination : session.destinations()) {
            ports
                .physical(destination)
                .ifPresent(port -> replicas.add(new Replica(port, session.id())));
          }
        }
      }
      if (found == set && !replicas.isEmpty()) {
        entities.add(new CloneSession(set, replicas, 0, 0));
        Set<Replica> sampled = new LinkedHashSet<>(replicas);
        sampled.add(new Replica(cpuPort, Intent.SAMPLE));
        entities.add(new CloneSession(Intent.SAMPLES + set, sampled, 0, 0));
      }
    }
    return entities;
  }

  private Set<Sequence> attached() {
    Set<Sequence> attached = new HashSet<>();
    attachments.keySet().forEach(point -> attached.addAll(sequences(point).values()));
    return attached;
  }

  /** What a point is known by in the pipeline. */
  private OptionalInt key(Point point) {
    return switch (point) {
      case PortPoint(String name) -> ports.number(name);
      case VlanPoint(int vid) -> OptionalInt.of(vid);
    };
  }

  private Installed numbered(Sequence sequence) {
    Set<Integer> taken = new HashSet<>();
    sequences.forEach(
        (other, installed) -> {
          if (other.table().equals(sequence.table())) {
            taken.add(installed.number);
          }
        });
    Installed installed = new Installed();
    installed.number = 1;
    while (taken.contains(installed.number)) {
      installed.number++;
    }
    if (installed.number > LAST_NUMBER) {
      throw new IllegalStateException("More than " + LAST_NUMBER + " in " + sequence.table());
    }
    return installed;
  }

  /** Attaches to a point what it has, if anything. */
  private void bind(Point point, List<Entity> after) {
    if (key(point).isEmpty()) {
      return;
    }
    Map<Table, Sequence> found = sequences(point);
    List<Entity> entries = new ArrayList<>();
    for (Side side : Side.values()) {
      Table table = new Table(side, Kind.of(point));
      Installed installed = found.containsKey(table) ? sequences.get(found.get(table)) : null;
      int mirrors = mirrors(side, point);
      if (installed != null || mirrors != 0) {
        entries.add(
            attachmentKey(table, point)
                .action(
                    Action.of(table.attach())
                        .with("access_list", installed == null ? 0 : installed.number)
                        .with("mirrors", mirrors)));
      }
    }
    if (!entries.isEmpty()) {
      bindings.put(point, new Bound(Set.copyOf(found.values()), entries));
      after.addAll(entries);
    }
  }

  private TableEntry attachmentKey(Table table, Point point) {
    String field =
        switch (table.kind()) {
          case VLAN -> "vid";
          case PORT -> table.side() == Side.INGRESS ? "reception_port" : "transmission_port";
        };
    return TableEntry.of(table.attachments()).exact(field, key(point).orElseThrow());
  }

  /** Makes the entries of a sequence, with as many of the priorities as can be kept. */
  private void derive(Sequence sequence, Installed installed, Map<AceName, Integer> held) {
    Map<AceName, Ace> aces = aces(sequence);
    installed.priorities = Priorities.of(List.copyOf(aces.keySet()), held);
    installed.entries = new LinkedHashMap<>();
    aces.forEach(
        (name, ace) -> {
          int priority = Objects.requireNonNull(installed.priorities.get(name));
          Action action = action(sequence.table(), ace.actions());
          if (action == null) {
            return; // Its port is not there.
          }
          for (TableEntry row : rows(sequence, installed.number, ace)) {
            installed.entries.put(row.priority(priority).action(action), name);
          }
        });
  }

  private Map<AceName, Ace> aces(Sequence sequence) {
    Map<AceName, Ace> aces = new LinkedHashMap<>();
    for (String name : sequence.names()) {
      AccessList list = lists.get(name);
      if (list != null) {
        list.aces().forEach(ace -> aces.put(new AceName(name, ace.name()), ace));
      }
    }
    return aces;
  }

  private @Nullable Action action(Table table, Actions actions) {
    String suffix = "_" + table.side().prefix() + table.kind().suffix();
    int mirrors = actions.mirrors().stream().mapToInt(Attachments::bit).sum();
    if (actions.forwarding() == Forwarding.DROP) {
      return Action.of("drop" + suffix).with("mirrors", mirrors);
    }
    if (table.side() == Side.EGRESS) {
      return Action.of("accept" + suffix).with("mirrors", mirrors);
    }
    Action action = Action.of("accept" + suffix);
    String redirect = actions.redirect();
    if (redirect != null) {
      OptionalInt port = ports.number(redirect);
      if (port.isEmpty()) {
        return null;
      }
      action = Action.of("redirect" + table.kind().suffix()).with("logical_port", port.getAsInt());
    }
    return action
        .with("mirrors", mirrors)
        .with("policer", policers.number(actions.policer()))
        .with("sets_priority", actions.priority().isPresent())
        .with("priority", actions.priority().orElse(0));
  }

  private static List<TableEntry> rows(Sequence sequence, int number, Ace ace) {
    return AceRows.of(
        TableEntry.of(sequence.table().aces()).exact("access_list", number), ace.matches());
  }

  /** Takes over the numbers and priorities that a target holds, as far as they fit. */
  Difference adopt(Collection<Entity> held) {
    Difference difference = new Difference();
    Map<TableEntry, Integer> numbers = new HashMap<>();
    Map<TableEntry, NavigableMap<Integer, Action>> rows = new HashMap<>();
    Set<String> aceTables = new HashSet<>();
    sequences.keySet().forEach(sequence -> aceTables.add(sequence.table().aces()));
    for (Entity entity : held) {
      if (entity instanceof TableEntry entry) {
        Action action = entry.action();
        if (action == null) {
          continue;
        }
        if (aceTables.contains(entry.table())) {
          rows.computeIfAbsent(entry.key().priority(0), _ -> new TreeMap<>())
              .put(entry.priority(), action);
        } else if (entry.table().endsWith("_attachment")) {
          numbers.put(
              entry.key(),
              (int) Objects.requireNonNull(action.params().get("access_list")).toLong());
        }
      }
    }
    bindings.values().forEach(bound -> difference.before().addAll(bound.entries()));
    sequences.values().forEach(installed -> difference.before().addAll(installed.entries.keySet()));
    renumber(numbers);
    Map<Sequence, Map<AceName, Integer>> priorities = new HashMap<>();
    Map<String, Integer> known = new LinkedHashMap<>();
    sequences.forEach(
        (sequence, installed) ->
            priorities.put(sequence, adopt(rows, sequence, installed.number, known)));
    policers.adopt(known);
    policers.derive(policerNames(), difference);
    sequences.forEach(
        (sequence, installed) -> {
          derive(sequence, installed, priorities.getOrDefault(sequence, Map.of()));
          difference.after().addAll(installed.entries.keySet());
        });
    difference.before().addAll(copies);
    copies = copies();
    difference.after().addAll(copies);
    List<Point> bound = List.copyOf(bindings.keySet());
    bindings.clear();
    bound.forEach(point -> bind(point, difference.after()));
    return difference;
  }

  /**
   * Takes over the priorities of a sequence's entries. Two entries that match the same keep their
   * order.
   *
   * @param held what the target does by key and priority; what was taken over is taken out
   * @param policers gets what the target knows the entries' policers as
   */
  private Map<AceName, Integer> adopt(
      Map<TableEntry, NavigableMap<Integer, Action>> held,
      Sequence sequence,
      int number,
      Map<String, Integer> policers) {
    Map<AceName, Integer> adopted = new HashMap<>();
    aces(sequence)
        .forEach(
            (name, ace) -> {
              NavigableMap<Integer, Action> found =
                  held.get(rows(sequence, number, ace).getFirst());
              Map.Entry<Integer, Action> highest = found == null ? null : found.pollLastEntry();
              if (highest == null) {
                return;
              }
              adopted.put(name, highest.getKey());
              String policer = ace.actions().policer();
              Value known = highest.getValue().params().get("policer");
              if (policer != null && known != null) {
                policers.putIfAbsent(policer, (int) known.toLong());
              }
            });
    return adopted;
  }

  private void renumber(Map<TableEntry, Integer> held) {
    Map<Sequence, Integer> adopted = new LinkedHashMap<>();
    Map<Table, Set<Integer>> taken = new HashMap<>();
    for (Point point : attachments.keySet()) {
      sequences(point)
          .forEach(
              (table, sequence) -> {
                Integer number = held.get(attachmentKey(table, point));
                if (number != null
                    && number != 0
                    && !adopted.containsKey(sequence)
                    && taken.computeIfAbsent(table, _ -> new HashSet<>()).add(number)) {
                  adopted.put(sequence, number);
                }
              });
    }
    sequences.forEach(
        (sequence, installed) -> {
          Set<Integer> numbers = taken.computeIfAbsent(sequence.table(), _ -> new HashSet<>());
          Integer number = adopted.get(sequence);
          if (number == null) {
            number = installed.number;
            while (!numbers.add(number)) {
              number = number % LAST_NUMBER + 1;
            }
          }
          installed.number = number;
        });
  }

  /** What the policers that attached entries name are known as in the pipeline. */
  Map<String, Integer> policers() {
    return policers.numbers();
  }

  /** Has the counters of what is new begin at 0; see {@link EntryPolicers#beginCounts}. */
  void beginCounts(Consumer<List<Entity>> write) {
    policers.beginCounts(write);
  }

  /** The tables whose counters tell of the entries. */
  Set<String> tables() {
    Set<String> tables = new HashSet<>();
    sequences.keySet().forEach(sequence -> tables.add(sequence.table().aces()));
    return tables;
  }

  /** What each entry matched, of the counts by key of the pipeline's entries. */
  List<AceCount> counts(Map<TableEntry, Count> counts) {
    Map<AceName, Count> sums = new LinkedHashMap<>();
    lists
        .values()
        .forEach(
            list ->
                list.aces()
                    .forEach(ace -> sums.put(new AceName(list.name(), ace.name()), Count.ZERO)));
    for (Installed installed : sequences.values()) {
      installed.entries.forEach(
          (entry, name) -> {
            Count count = counts.get(entry.key());
            if (count != null) {
              sums.merge(name, count, Count::plus);
            }
          });
    }
    List<AceCount> result = new ArrayList<>();
    sums.forEach((name, count) -> result.add(new AceCount(name.list(), name.ace(), count)));
    return result;
  }
}
