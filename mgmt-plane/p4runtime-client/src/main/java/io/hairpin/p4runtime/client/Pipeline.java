package io.hairpin.p4runtime.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.TextFormat;
import io.hairpin.p4runtime.config.v1.ControllerPacketMetadata;
import io.hairpin.p4runtime.config.v1.Digest;
import io.hairpin.p4runtime.config.v1.P4Info;
import io.hairpin.p4runtime.v1.ForwardingPipelineConfig;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.function.Function;

/**
 * A compiled P4 program: what a target runs, and the names by which its client knows it. An object
 * is named by its full name, its alias, or any unambiguous end of its full name at a dot; entities
 * that are read carry canonical names, the shortest of these. Immutable.
 */
public final class Pipeline {
  private final P4Info p4Info;
  private final ByteString deviceConfig;
  private final long cookie;
  private final Names<Table> tables;
  private final Names<Cells> counters;
  private final Names<Cells> meters;
  private final Names<Digest> digests;
  private final PacketMetadataCodec packetIn;
  private final PacketMetadataCodec packetOut;

  private Pipeline(P4Info p4Info, ByteString deviceConfig, long cookie) {
    this.p4Info = p4Info;
    this.deviceConfig = deviceConfig;
    this.cookie = cookie;
    tables =
        names(
            "table",
            p4Info.getTablesList(),
            table -> Names.Candidate.of(table.getPreamble(), new Table(table, p4Info)));
    counters =
        names(
            "counter",
            p4Info.getCountersList(),
            counter ->
                Names.Candidate.of(
                    counter.getPreamble(),
                    new Cells(
                        Math.toIntExact(counter.getSize()), counter.getSpec().getUnit().name())));
    meters =
        names(
            "meter",
            p4Info.getMetersList(),
            meter ->
                Names.Candidate.of(
                    meter.getPreamble(),
                    new Cells(Math.toIntExact(meter.getSize()), meter.getSpec().getUnit().name())));
    digests =
        names(
            "digest",
            p4Info.getDigestsList(),
            digest -> Names.Candidate.of(digest.getPreamble(), digest));
    packetIn = header("packet_in");
    packetOut = header("packet_out");
  }

  private PacketMetadataCodec header(String name) {
    return new PacketMetadataCodec(
        p4Info.getControllerPacketMetadataList().stream()
            .filter(header -> header.getPreamble().getName().equals(name))
            .findFirst()
            .orElse(ControllerPacketMetadata.getDefaultInstance()),
        name);
  }

  private static <P, T> Names<T> names(
      String kind, List<P> objects, Function<P, Names.Candidate<T>> candidate) {
    return new Names<>(kind, objects.stream().map(candidate).toList());
  }

  /**
   * The pipeline of p4c's output.
   *
   * @param p4Info the P4Info in protobuf's text format
   * @param deviceConfig what the target runs, for bmv2 the JSON
   * @return the pipeline
   * @throws PipelineException if the P4Info cannot be parsed
   */
  public static Pipeline of(String p4Info, byte[] deviceConfig) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
    digest.update(p4Info.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
    long cookie = ByteBuffer.wrap(digest.digest(deviceConfig)).getLong();
    try {
      return new Pipeline(
          TextFormat.parse(p4Info, P4Info.class), ByteString.copyFrom(deviceConfig), cookie);
    } catch (TextFormat.ParseException e) {
      throw new PipelineException("The P4Info does not parse: " + e.getMessage(), e);
    }
  }

  /**
   * Tells this pipeline from others: a digest of P4Info and device configuration.
   *
   * @return the cookie that a target holds with this pipeline
   */
  public long cookie() {
    return cookie;
  }

  /**
   * Checks that a client that was written for another pipeline can drive this one: that the version
   * (PkgInfo) has the same major number, and that whatever the client may write or read is there
   * with its name, id, kind and unit, at least as wide and as large. Const tables and default
   * actions, sizes of tables, idle time-outs and restrictions may be others.
   *
   * @param contract what the client was written for
   * @throws PipelineException at the first object that differs; the message names it and what it
   *     has to be
   */
  public void checkServes(Pipeline contract) {
    new Contract(contract, this).check();
  }

  /**
   * The entity with canonical names and values, as a target gives it back: matches that leave a
   * field free are left out, and bits that do not count are zero.
   *
   * @param entity the entity; a table entry may lack the action, and is then a key
   * @return the same entity, canonical
   * @throws PipelineException if a name is unknown (the message gives those that there are) or
   *     ambiguous, a value does not fit its width, a part is missing or superfluous, or the table
   *     does not allow it
   */
  public Entity canonical(Entity entity) {
    return switch (entity) {
      case TableEntry entry -> {
        Names.Named<Table> table = tables.get(entry.table());
        yield table.object().canonical(table.name(), entry);
      }
      case DigestConfig config ->
          new DigestConfig(
              digests.get(config.digest()).name(),
              config.maxTimeout(),
              config.maxListSize(),
              config.ackTimeout());
      case MeterCell cell -> {
        Names.Named<Cells> meter = meters.get(cell.meter());
        meter.object().check("Meter " + meter.name(), cell.index());
        yield new MeterCell(
            meter.name(),
            cell.index(),
            cell.committedRate(),
            cell.committedBurst(),
            cell.peakRate(),
            cell.peakBurst());
      }
      case CounterCell cell -> {
        Names.Named<Cells> counter = counters.get(cell.counter());
        counter.object().check("Counter " + counter.name(), cell.index());
        yield new CounterCell(counter.name(), cell.index(), cell.packets(), cell.bytes());
      }
      case MulticastGroup group -> group;
      case CloneSession session -> session;
    };
  }

  Names<Table> tables() {
    return tables;
  }

  /** The indexed counters. */
  Names<Cells> counters() {
    return counters;
  }

  /** The indexed meters. */
  Names<Cells> meters() {
    return meters;
  }

  Names<Digest> digests() {
    return digests;
  }

  /**
   * Whether a target that runs this pipeline notifies of a table's entries that were idle for as
   * long as their timeout.
   *
   * @param table the table's name
   * @return false where its entries cannot have an idle timeout
   * @throws PipelineException if there is no such table
   */
  public boolean notifiesIdle(String table) {
    return tables.get(table).object().notifiesIdle();
  }

  P4Info p4Info() {
    return p4Info;
  }

  PacketMetadataCodec packetIn() {
    return packetIn;
  }

  PacketMetadataCodec packetOut() {
    return packetOut;
  }

  ForwardingPipelineConfig config() {
    return ForwardingPipelineConfig.newBuilder()
        .setP4Info(p4Info)
        .setP4DeviceConfig(deviceConfig)
        .setCookie(ForwardingPipelineConfig.Cookie.newBuilder().setCookie(cookie))
        .build();
  }
}
