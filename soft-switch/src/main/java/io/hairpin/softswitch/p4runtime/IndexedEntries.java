package io.hairpin.softswitch.p4runtime;

import static io.hairpin.softswitch.p4runtime.Refusal.invalid;

import io.grpc.Status;
import io.hairpin.p4runtime.config.v1.MeterSpec;
import io.hairpin.p4runtime.config.v1.P4Info;
import io.hairpin.p4runtime.v1.CounterData;
import io.hairpin.p4runtime.v1.CounterEntry;
import io.hairpin.p4runtime.v1.Entity;
import io.hairpin.p4runtime.v1.Index;
import io.hairpin.p4runtime.v1.MeterEntry;
import io.hairpin.p4runtime.v1.RegisterEntry;
import io.hairpin.p4runtime.v1.Update;
import io.hairpin.softswitch.engine.CounterArray;
import io.hairpin.softswitch.engine.MeterArray;
import io.hairpin.softswitch.engine.MeterCounts;
import io.hairpin.softswitch.engine.MeterRates;
import io.hairpin.softswitch.engine.Program;
import io.hairpin.softswitch.engine.RegisterArray;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** The arrays of counters (9.3), meters (9.4) and registers (9.7), over the engine's. */
final class IndexedEntries {
  private final Map<Integer, CounterArray> counters = new TreeMap<>();
  private final Map<Integer, Metered> meters = new TreeMap<>();
  private final Map<Integer, Register> registers = new TreeMap<>();

  private record Metered(MeterArray array, MeterSpec spec) {}

  private record Register(RegisterArray array, DataCodec codec) {}

  /**
   * Binds P4Info to the program.
   *
   * @throws Refusal where they disagree
   */
  IndexedEntries(P4Info info, Program program) {
    for (var one : info.getCountersList()) {
      String name = one.getPreamble().getName();
      CounterArray array = found(program.counter(name), "counter", name);
      checkSize("counter", name, one.getSize(), array.size());
      counters.put(one.getPreamble().getId(), array);
    }
    for (var one : info.getMetersList()) {
      String name = one.getPreamble().getName();
      MeterArray array = found(program.meter(name), "meter", name);
      checkSize("meter", name, one.getSize(), array.size());
      meters.put(
          one.getPreamble().getId(),
          new Metered(array, Meters.spec(one.getSpec(), one.getPreamble())));
    }
    for (var one : info.getRegistersList()) {
      String name = one.getPreamble().getName();
      RegisterArray array = found(program.register(name), "register", name);
      checkSize("register", name, one.getSize(), array.size());
      var codec =
          new DataCodec(
              "register '" + name + "'",
              one.getTypeSpec(),
              info.getTypeInfo(),
              List.of(array.width()));
      registers.put(one.getPreamble().getId(), new Register(array, codec));
    }
  }

  private static <T> T found(@Nullable T array, String kind, String name) {
    if (array == null) {
      throw invalid("%s '%s' is in P4Info, but not in the program", kind, name);
    }
    return array;
  }

  private static void checkSize(String kind, String name, long declared, int size) {
    if (declared != size) {
      throw invalid("%s '%s': size %d in P4Info, %d in the program", kind, name, declared, size);
    }
  }

  private static <T> T there(Map<Integer, T> arrays, int id, String kind) {
    T array = arrays.get(id);
    if (array == null) {
      throw invalid("there is no %s %s", kind, Integer.toUnsignedString(id));
    }
    return array;
  }

  static void checkModify(Update.Type type, String what) {
    if (type != Update.Type.MODIFY) {
      throw invalid("a %s can only be modified", what);
    }
  }

  /** Runs something for the index that is given, or for each. */
  private static void each(
      boolean given, Index index, String kind, String name, int size, IntConsumer action) {
    if (!given) {
      for (int i = 0; i < size; i++) {
        action.accept(i);
      }
    } else if (index.getIndex() < 0) {
      throw invalid("%s '%s': index %d is negative", kind, name, index.getIndex());
    } else if (index.getIndex() >= size) {
      throw new Refusal(
          Status.Code.OUT_OF_RANGE,
          "%s '%s': index %d is not below its size %d",
          kind,
          name,
          index.getIndex(),
          size);
    } else {
      action.accept((int) index.getIndex());
    }
  }

  void write(Update.Type type, CounterEntry entry) {
    checkModify(type, "counter");
    CounterArray array = there(counters, entry.getCounterId(), "counter");
    each(
        entry.hasIndex(),
        entry.getIndex(),
        "counter",
        array.name(),
        array.size(),
        i -> {
          if (entry.hasData()) {
            array.write(i, TableEntries.value(entry.getData()));
          }
        });
  }

  void read(CounterEntry request, Consumer<Entity> out) {
    if (request.getCounterId() == 0) {
      counters
          .keySet()
          .forEach(id -> read(CounterEntry.newBuilder().setCounterId(id).build(), out));
      return;
    }
    CounterArray array = there(counters, request.getCounterId(), "counter");
    each(
        request.hasIndex(),
        request.getIndex(),
        "counter",
        array.name(),
        array.size(),
        i -> {
          CounterData data = TableEntries.data(array.read(i));
          out.accept(
              Entity.newBuilder()
                  .setCounterEntry(
                      CounterEntry.newBuilder()
                          .setCounterId(request.getCounterId())
                          .setIndex(Index.newBuilder().setIndex(i))
                          .setData(data))
                  .build());
        });
  }

  void write(Update.Type type, MeterEntry entry) {
    checkModify(type, "meter");
    Metered meter = there(meters, entry.getMeterId(), "meter");
    MeterArray array = meter.array;
    String what = "meter '" + array.name() + "'";
    if (entry.hasCounterData()) {
      Meters.checkCleared(entry.getCounterData(), what);
    }
    MeterRates rates = entry.hasConfig() ? Meters.rates(entry.getConfig(), meter.spec, what) : null;
    each(
        entry.hasIndex(),
        entry.getIndex(),
        "meter",
        array.name(),
        array.size(),
        i -> {
          array.setRates(i, rates);
          if (entry.hasCounterData()) {
            array.setCounts(i, MeterCounts.NONE);
          }
        });
  }

  /** What undoes a write that comes next to meters that are there. */
  Runnable undo(MeterEntry entry) {
    MeterArray array = there(meters, entry.getMeterId(), "meter").array;
    var undo = new ArrayList<Runnable>();
    each(
        entry.hasIndex(),
        entry.getIndex(),
        "meter",
        array.name(),
        array.size(),
        i -> {
          MeterRates rates = array.rates(i);
          MeterCounts counts = array.counts(i);
          undo.add(
              () -> {
                array.setRates(i, rates);
                array.setCounts(i, counts);
              });
        });
    return () -> undo.forEach(Runnable::run);
  }

  void read(MeterEntry request, Consumer<Entity> out) {
    if (request.getMeterId() == 0) {
      meters
          .keySet()
          .forEach(id -> read(request.toBuilder().setMeterId(id).clearIndex().build(), out));
      return;
    }
    MeterArray array = there(meters, request.getMeterId(), "meter").array;
    each(
        request.hasIndex(),
        request.getIndex(),
        "meter",
        array.name(),
        array.size(),
        i -> {
          var found =
              MeterEntry.newBuilder()
                  .setMeterId(request.getMeterId())
                  .setIndex(Index.newBuilder().setIndex(i));
          MeterRates rates = array.rates(i);
          if (rates != null) {
            found.setConfig(Meters.config(rates));
          }
          if (request.hasCounterData()) {
            found.setCounterData(Meters.data(array.counts(i)));
          }
          out.accept(Entity.newBuilder().setMeterEntry(found).build());
        });
  }

  void write(Update.Type type, RegisterEntry entry) {
    checkModify(type, "register");
    Register register = there(registers, entry.getRegisterId(), "register");
    RegisterArray array = register.array;
    BigInteger value = register.codec.decode(entry.getData());
    each(
        entry.hasIndex(),
        entry.getIndex(),
        "register",
        array.name(),
        array.size(),
        i -> array.set(i, value));
  }

  void read(RegisterEntry request, Consumer<Entity> out) {
    if (request.getRegisterId() == 0) {
      registers
          .keySet()
          .forEach(id -> read(RegisterEntry.newBuilder().setRegisterId(id).build(), out));
      return;
    }
    Register register = there(registers, request.getRegisterId(), "register");
    RegisterArray array = register.array;
    each(
        request.hasIndex(),
        request.getIndex(),
        "register",
        array.name(),
        array.size(),
        i ->
            out.accept(
                Entity.newBuilder()
                    .setRegisterEntry(
                        RegisterEntry.newBuilder()
                            .setRegisterId(request.getRegisterId())
                            .setIndex(Index.newBuilder().setIndex(i))
                            .setData(register.codec.encode(List.of(array.get(i)).iterator())))
                    .build()));
  }

  /** Takes over what arrays of the same id hold, as far as they reach. */
  void reconcile(IndexedEntries from) {
    from.counters.forEach(
        (id, array) -> {
          CounterArray mine = counters.get(id);
          for (int i = 0; mine != null && i < Math.min(mine.size(), array.size()); i++) {
            mine.write(i, array.read(i));
          }
        });
    from.meters.forEach(
        (id, meter) -> {
          Metered mine = meters.get(id);
          for (int i = 0; i < meter.array.size(); i++) {
            MeterRates rates = meter.array.rates(i);
            if (rates == null) {
              continue;
            }
            if (mine == null || i >= mine.array.size()) {
              throw invalid("meter '%s': index %d has rates", meter.array.name(), i);
            }
            mine.array.setRates(
                i, Meters.rates(Meters.config(rates), mine.spec, mine.array.name()));
          }
        });
    from.registers.forEach(
        (id, register) -> {
          RegisterArray array = register.array;
          Register here = registers.get(id);
          RegisterArray mine = here == null ? null : here.array;
          for (int i = 0; mine != null && i < Math.min(mine.size(), array.size()); i++) {
            BigInteger value = array.get(i);
            if (value.bitLength() > mine.width()) {
              throw invalid(
                  "register '%s': element %d holds 0x%x, too wide for %d bits",
                  mine.name(), i, value, mine.width());
            }
            mine.set(i, value);
          }
        });
  }
}
