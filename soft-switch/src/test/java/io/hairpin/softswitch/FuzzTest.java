package io.hairpin.softswitch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.hairpin.p4runtime.config.v1.P4Info;
import io.hairpin.p4runtime.v1.CapabilitiesRequest;
import io.hairpin.p4runtime.v1.CounterData;
import io.hairpin.p4runtime.v1.DirectCounterEntry;
import io.hairpin.p4runtime.v1.Entity;
import io.hairpin.p4runtime.v1.ForwardingPipelineConfig;
import io.hairpin.p4runtime.v1.MeterConfig;
import io.hairpin.p4runtime.v1.MeterCounterData;
import io.hairpin.p4runtime.v1.P4RuntimeGrpc;
import io.hairpin.p4runtime.v1.ReadRequest;
import io.hairpin.p4runtime.v1.SetForwardingPipelineConfigRequest;
import io.hairpin.p4runtime.v1.TableEntry;
import io.hairpin.p4runtime.v1.Update;
import io.hairpin.p4runtime.v1.WriteRequest;
import io.hairpin.p4runtime.v1.WriteRequest.Atomicity;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What no client should send: an error or a drop comes of it, never a hang, a crash or half of a
 * batch. Each test takes as many seeds as {@code -Dhairpin.fuzz.iterations} says, from {@code
 * -Dhairpin.fuzz.seed} on; with {@code JAZZER_FUZZ=1} in the environment Jazzer leads the way.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class FuzzTest {
  private static final int ITERATIONS = Integer.getInteger("hairpin.fuzz.iterations", 60);
  private static final long SEED = Long.getLong("hairpin.fuzz.seed", 1);
  private static final List<String> PROGRAMS =
      List.of("testbed", "entities", "profiles", "translated");
  private static final int MAX_UPDATES = 6;

  /** Random numbers out of what Jazzer makes up; zeros behind its end. */
  private record Given(ByteArrayInputStream bytes) implements RandomGenerator {
    @Override
    public long nextLong() {
      long next = 0;
      for (int i = 0; i < Long.BYTES; i++) {
        next = (next << Byte.SIZE) | (Math.max(0, bytes.read()) & 0xff);
      }
      return next;
    }

    @Override
    public int nextInt(int bound) {
      return (int) Long.remainderUnsigned(Math.max(0, bytes.read()), bound);
    }
  }

  private interface Body {
    void run(RandomGenerator random) throws IOException;
  }

  private static void seeds(Body body) {
    for (long seed = SEED; seed < SEED + ITERATIONS; seed++) {
      try {
        body.run(new Random(seed));
      } catch (Throwable failure) {
        throw new AssertionError(
            "-Dhairpin.fuzz.iterations=1 -Dhairpin.fuzz.seed=" + seed, failure);
      }
    }
  }

  // Writes

  @Test
  void randomWritesAreDoneOrRefusedAndNoBatchIsHalfDone() throws IOException {
    var testbeds = new HashMap<String, Testbed>();
    try {
      seeds(
          random -> {
            String program = PROGRAMS.get(random.nextInt(PROGRAMS.size()));
            Testbed testbed = testbeds.get(program);
            if (testbed == null) {
              testbed = running(program);
              testbeds.put(program, testbed);
            }
            for (int i = 0; i < 4; i++) {
              write(testbed, Testbed.config(program).getP4Info(), random);
            }
          });
    } finally {
      testbeds.values().forEach(Testbed::close);
    }
  }

  @com.code_intelligence.jazzer.junit.FuzzTest(maxDuration = "1m")
  void writes(byte[] data) throws IOException {
    var random = new Given(new ByteArrayInputStream(data));
    String program = PROGRAMS.get(random.nextInt(PROGRAMS.size()));
    try (Testbed testbed = running(program)) {
      for (int i = 0; i < 8; i++) {
        write(testbed, Testbed.config(program).getP4Info(), random);
      }
    }
  }

  private static Testbed running(String program) throws IOException {
    Testbed testbed = Testbed.running();
    testbed.push(
        SetForwardingPipelineConfigRequest.Action.VERIFY_AND_COMMIT, Testbed.config(program));
    return testbed;
  }

  private static void write(Testbed testbed, P4Info info, RandomGenerator random) {
    var ids = new Ids(info);
    Atomicity atomicity = Atomicity.forNumber(random.nextInt(3));
    var request =
        WriteRequest.newBuilder()
            .setDeviceId(Testbed.DEVICE)
            .setElectionId(Testbed.electionId(1))
            .setAtomicity(Objects.requireNonNull(atomicity));
    int updates = random.nextInt(MAX_UPDATES) + 1;
    for (int i = 0; i < updates; i++) {
      Update.Builder update = request.addUpdatesBuilder();
      update.setTypeValue(random.nextInt(8) == 0 ? random.nextInt(5) : 1 + random.nextInt(3));
      fill(update.getEntityBuilder(), ids, random, 0);
    }
    List<Entity> before = everything(testbed, info);
    try {
      Objects.requireNonNull(
          testbed
              .stub
              .withDeadlineAfter(Testbed.PATIENCE_SECONDS, TimeUnit.SECONDS)
              .write(request.build()));
    } catch (StatusRuntimeException refused) {
      assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNKNOWN);
      assertThat(Testbed.errors(refused))
          .hasSize(updates)
          .allSatisfy(
              error ->
                  assertThat(error.getCanonicalCode())
                      .as(error.getMessage())
                      .isNotEqualTo(Status.Code.INTERNAL.value()));
      if (atomicity != Atomicity.CONTINUE_ON_ERROR) {
        assertThat(everything(testbed, info)).containsExactlyInAnyOrderElementsOf(before);
      }
    }
    testbed.inject(1, HexFormat.of().formatHex(bytes(random, 64)));
    while (testbed.poll() != null) {}
  }

  /** All that can be read. */
  static List<Entity> everything(Testbed testbed, P4Info info) {
    TableEntry.Builder whole =
        TableEntry.newBuilder()
            .setMeterConfig(MeterConfig.getDefaultInstance())
            .setCounterData(CounterData.getDefaultInstance())
            .setMeterCounterData(MeterCounterData.getDefaultInstance());
    var request = ReadRequest.newBuilder().setDeviceId(Testbed.DEVICE);
    for (var table : info.getTablesList()) {
      whole.setTableId(table.getPreamble().getId());
      request.addEntitiesBuilder().setTableEntry(whole.clone().setIsDefaultAction(true));
    }
    request.addEntitiesBuilder().setTableEntry(whole.clearTableId());
    for (FieldDescriptor field : Entity.getDescriptor().getFields()) {
      if (!field.getName().equals("table_entry")
          && !field.getName().equals("direct_counter_entry")
          && !field.getName().equals("direct_meter_entry")) {
        Entity.Builder all = Entity.newBuilder();
        all.getFieldBuilder(field);
        request.addEntities(all);
      }
    }
    request.addEntitiesBuilder().setDirectCounterEntry(DirectCounterEntry.getDefaultInstance());
    var found = new ArrayList<Entity>();
    testbed
        .stub
        .read(request.build())
        .forEachRemaining(response -> found.addAll(response.getEntitiesList()));
    return found;
  }

  /** The ids of a program, by what has them. */
  private static final class Ids {
    private final Map<String, List<Integer>> ids = new HashMap<>();

    Ids(P4Info info) {
      info.getTablesList().forEach(one -> add("table_id", one.getPreamble().getId()));
      info.getActionsList().forEach(one -> add("action_id", one.getPreamble().getId()));
      info.getActionProfilesList()
          .forEach(one -> add("action_profile_id", one.getPreamble().getId()));
      info.getCountersList().forEach(one -> add("counter_id", one.getPreamble().getId()));
      info.getMetersList().forEach(one -> add("meter_id", one.getPreamble().getId()));
      info.getRegistersList().forEach(one -> add("register_id", one.getPreamble().getId()));
      info.getValueSetsList().forEach(one -> add("value_set_id", one.getPreamble().getId()));
      info.getDigestsList().forEach(one -> add("digest_id", one.getPreamble().getId()));
    }

    private void add(String field, int id) {
      ids.computeIfAbsent(field, _ -> new ArrayList<>()).add(id);
    }

    int of(String field, RandomGenerator random) {
      List<Integer> all = ids.getOrDefault(field, List.of());
      return all.isEmpty() || random.nextInt(16) == 0
          ? random.nextInt(20)
          : all.get(random.nextInt(all.size()));
    }
  }

  /** Fills a message with what is mostly near to something valid. */
  private static void fill(Message.Builder message, Ids ids, RandomGenerator random, int depth) {
    for (var oneof : message.getDescriptorForType().getOneofs()) {
      var fields = oneof.getFields();
      set(message, fields.get(random.nextInt(fields.size())), ids, random, depth);
    }
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (field.getContainingOneof() == null && random.nextInt(3) != 0) {
        set(message, field, ids, random, depth);
      }
    }
  }

  private static void set(
      Message.Builder message, FieldDescriptor field, Ids ids, RandomGenerator random, int depth) {
    if (depth > 8 || field.getFullName().startsWith("google.")) {
      return;
    }
    int count = field.isRepeated() ? random.nextInt(4) : 1;
    for (int i = 0; i < count; i++) {
      Object value = value(message, field, ids, random, depth);
      if (field.isRepeated()) {
        message.addRepeatedField(field, value);
      } else {
        message.setField(field, value);
      }
    }
  }

  private static Object value(
      Message.Builder message, FieldDescriptor field, Ids ids, RandomGenerator random, int depth) {
    return switch (field.getJavaType()) {
      case MESSAGE -> {
        Message.Builder inner = message.newBuilderForField(field);
        fill(inner, ids, random, depth + 1);
        yield inner.build();
      }
      case INT ->
          field.getName().endsWith("_id") && !field.getName().matches("(field|param|member)_id")
              ? ids.of(field.getName(), random)
              : random.nextInt(32) == 0 ? random.nextInt() : random.nextInt(5);
      case LONG -> random.nextInt(16) == 0 ? random.nextLong() : random.nextInt(4);
      case BOOLEAN -> random.nextInt(4) == 0;
      case STRING -> random.nextInt(2) == 0 ? "" : "name" + random.nextInt(3);
      case BYTE_STRING -> ByteString.copyFrom(bytes(random, random.nextInt(3)));
      case ENUM ->
          field
              .getEnumType()
              .getValues()
              .get(random.nextInt(field.getEnumType().getValues().size()));
      case FLOAT, DOUBLE -> throw new AssertionError(field);
    };
  }

  private static byte[] bytes(RandomGenerator random, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (random.nextInt(3) == 0 ? random.nextInt(256) : random.nextInt(6));
    }
    return bytes;
  }

  // Bytes

  @Test
  void randomBytesAsRequestsAreRefusedAndTheServerGoesOn() throws IOException {
    try (Testbed testbed = running("profiles")) {
      seeds(random -> request(testbed, random));
    }
  }

  @com.code_intelligence.jazzer.junit.FuzzTest(maxDuration = "1m")
  void requests(byte[] data) throws IOException {
    try (Testbed testbed = running("profiles")) {
      request(testbed, new Given(new ByteArrayInputStream(data)));
    }
  }

  private static void request(Testbed testbed, RandomGenerator random) {
    var methods = List.copyOf(P4RuntimeGrpc.getServiceDescriptor().getMethods());
    MethodDescriptor<?, ?> method = methods.get(random.nextInt(methods.size()));
    var valid =
        WriteRequest.newBuilder().setDeviceId(Testbed.DEVICE).setElectionId(Testbed.electionId(1));
    fill(
        valid.addUpdatesBuilder().setType(Update.Type.INSERT).getEntityBuilder(),
        new Ids(Testbed.config("profiles").getP4Info()),
        random,
        0);
    byte[] bytes =
        random.nextInt(4) == 0 ? bytes(random, random.nextInt(200)) : valid.build().toByteArray();
    for (int i = random.nextInt(6); i > 0 && bytes.length > 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    MethodDescriptor<byte[], byte[]> raw =
        MethodDescriptor.<byte[], byte[]>newBuilder(new Raw(), new Raw())
            .setType(method.getType())
            .setFullMethodName(method.getFullMethodName())
            .build();
    var call =
        testbed.channel.newCall(
            raw, CallOptions.DEFAULT.withDeadlineAfter(Testbed.PATIENCE_SECONDS, TimeUnit.SECONDS));
    try {
      if (method.getType() == MethodDescriptor.MethodType.UNARY) {
        byte[] _ = ClientCalls.blockingUnaryCall(call, bytes);
      } else if (method.getType() == MethodDescriptor.MethodType.SERVER_STREAMING) {
        ClientCalls.blockingServerStreamingCall(call, bytes).forEachRemaining(_ -> {});
      } else {
        call.cancel("not a stream's first message", null);
      }
    } catch (StatusRuntimeException refused) {
      assertThat(refused.getStatus().getCode())
          .as("%s", refused)
          .isNotIn(Status.Code.INTERNAL, Status.Code.DEADLINE_EXCEEDED);
    }
    assertThat(
            testbed
                .stub
                .capabilities(CapabilitiesRequest.getDefaultInstance())
                .getP4RuntimeApiVersion())
        .isEqualTo("1.5.0");
  }

  private static final class Raw implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  // Pipelines

  @Test
  void randomPipelinesAreRefusedOrRun() throws IOException {
    try (Testbed testbed = Testbed.running()) {
      seeds(random -> push(testbed, random));
    }
  }

  @com.code_intelligence.jazzer.junit.FuzzTest(maxDuration = "1m")
  void pipelines(byte[] data) throws IOException {
    try (Testbed testbed = Testbed.running()) {
      push(testbed, new Given(new ByteArrayInputStream(data)));
    }
  }

  private static void push(Testbed testbed, RandomGenerator random) {
    ForwardingPipelineConfig valid = Testbed.config(PROGRAMS.get(random.nextInt(PROGRAMS.size())));
    var config = valid.toBuilder();
    if (random.nextInt(3) != 0) {
      JsonElement json = JsonParser.parseString(valid.getP4DeviceConfig().toStringUtf8());
      for (int i = random.nextInt(3) + 1; i > 0; i--) {
        mutate(json, random);
      }
      byte[] bytes = json.toString().getBytes(StandardCharsets.UTF_8);
      if (random.nextInt(8) == 0) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      config.setP4DeviceConfig(ByteString.copyFrom(bytes));
    } else {
      config.setP4Info(mutated(valid.getP4Info(), random));
    }
    try {
      testbed.push(SetForwardingPipelineConfigRequest.Action.VERIFY_AND_COMMIT, config.build());
    } catch (StatusRuntimeException refused) {
      assertThat(refused.getStatus().getCode())
          .as("%s", refused)
          .isEqualTo(Status.Code.INVALID_ARGUMENT);
    }
    for (int i = 0; i < 4; i++) {
      testbed.inject(1, HexFormat.of().formatHex(bytes(random, 64)));
    }
    while (testbed.poll() != null) {}
  }

  /** Changes one thing somewhere in a document. */
  private static void mutate(JsonElement json, RandomGenerator random) {
    JsonElement here = json;
    while (true) {
      List<JsonElement> inner = new ArrayList<>();
      List<Runnable> changes = new ArrayList<>();
      switch (here) {
        case JsonObject object ->
            object
                .entrySet()
                .forEach(
                    entry -> {
                      inner.add(entry.getValue());
                      changes.add(() -> change(entry.getValue(), entry::setValue, random));
                    });
        case JsonArray array -> {
          for (int i = 0; i < array.size(); i++) {
            int at = i;
            inner.add(array.get(i));
            changes.add(() -> change(array.get(at), one -> array.set(at, one), random));
          }
        }
        default -> {}
      }
      if (inner.isEmpty()) {
        return;
      }
      int next = random.nextInt(inner.size());
      boolean deeper =
          !inner.get(next).isJsonPrimitive()
              && !inner.get(next).isJsonNull()
              && random.nextInt(8) != 0;
      if (!deeper) {
        changes.get(next).run();
        return;
      }
      here = inner.get(next);
    }
  }

  private static void change(
      JsonElement before, java.util.function.Consumer<JsonElement> set, RandomGenerator random) {
    set.accept(
        switch (random.nextInt(8)) {
          case 0 -> com.google.gson.JsonNull.INSTANCE;
          case 1 -> new JsonPrimitive(random.nextLong());
          case 2 -> new JsonPrimitive(-1);
          case 3 -> new JsonPrimitive("0x" + Long.toHexString(random.nextLong()));
          case 4 -> new JsonArray();
          case 5 -> new JsonObject();
          case 6 -> new JsonPrimitive(random.nextInt(70_000));
          default -> {
            JsonArray twice = new JsonArray();
            twice.add(before);
            twice.add(before);
            yield twice;
          }
        });
  }

  private static P4Info mutated(P4Info info, RandomGenerator random) {
    byte[] bytes = info.toByteArray();
    while (true) {
      byte[] changed = bytes.clone();
      changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
      changed[random.nextInt(changed.length)]++;
      try {
        return P4Info.parseFrom(changed);
      } catch (InvalidProtocolBufferException e) {
        if (random instanceof Given) {
          return P4Info.getDefaultInstance();
        }
      }
    }
  }
}
