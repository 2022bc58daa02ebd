package io.hairpin.bridge;

import com.google.protobuf.ByteString;
import io.hairpin.bridge.ConfigurationObject.SampleCollector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends samples of frames to a collector, as sFlow version 5 has it. Safe for several threads. */
final class Sampler implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Sampler.class);

  private static final int VERSION = 5;
  private static final int FLOW_SAMPLE = 1;
  private static final int RAW_PACKET_HEADER = 1;
  private static final int ETHERNET = 1;

  /** As much of a frame as is sent. */
  private static final int HEADER = 128;

  /** The frame check sequence, which the pipeline does not see. */
  private static final int STRIPPED = 4;

  private static final int LONGEST = 512;

  private final InstantSource clock;
  private final Instant started;
  private final DatagramSocket socket;
  private final Map<Integer, Integer> sequences = new HashMap<>();
  private int datagrams;

  Sampler(InstantSource clock) {
    this.clock = clock;
    started = clock.instant();
    try {
      socket = new DatagramSocket();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Sends a sample.
   *
   * @param collector where to
   * @param port the reception port
   * @param rate one frame in how many is sampled there
   * @param frame the frame, or its beginning
   */
  synchronized void send(SampleCollector collector, int port, int rate, ByteString frame) {
    byte[] datagram = datagram(collector, port, rate, frame);
    try {
      socket.send(
          new DatagramPacket(datagram, datagram.length, collector.address(), collector.port()));
    } catch (IOException e) {
      log.debug("No sample sent to {}", collector, e);
    }
  }

  private byte[] datagram(SampleCollector collector, int port, int rate, ByteString frame) {
    int sequence = sequences.merge(port, 1, Integer::sum);
    byte[] agent = collector.agent().getAddress();
    int header = Math.min(HEADER, frame.size());
    int padded = (header + 3) & ~3;
    ByteBuffer out = ByteBuffer.allocate(LONGEST);
    out.putInt(VERSION).putInt(agent.length == 4 ? 1 : 2).put(agent);
    out.putInt(0).putInt(++datagrams);
    out.putInt((int) (clock.instant().toEpochMilli() - started.toEpochMilli()));
    out.putInt(1); // sample
    int record = 4 * 4 + padded;
    out.putInt(FLOW_SAMPLE).putInt(8 * 4 + 2 * 4 + record);
    out.putInt(sequence).putInt(port).putInt(rate);
    // The pool is estimated: the exact one would be a reading of the target for each sample.
    out.putInt(sequence * rate).putInt(0).putInt(port).putInt(0);
    out.putInt(1); // record
    out.putInt(RAW_PACKET_HEADER).putInt(record);
    out.putInt(ETHERNET).putInt(frame.size() + STRIPPED).putInt(STRIPPED).putInt(header);
    frame.substring(0, header).copyTo(out);
    out.put(new byte[padded - header]);
    byte[] datagram = new byte[out.position()];
    out.flip().get(datagram);
    return datagram;
  }

  @Override
  public void close() {
    socket.close();
  }
}
