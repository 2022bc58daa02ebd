package io.hairpin.tests.demo;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.hairpin.tests.demo.FrameStream.Transmitted;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Two stations behind one VEPA uplink on port 1, an external host on port 2, all of them frames: a
 * station is reached where its port transmits the frame.
 */
public final class Scenario {

  private static final long STATION_1 = 0x020000000001L;
  private static final long STATION_2 = 0x020000000002L;
  private static final long EXTERNAL = 0x020000000009L;
  private static final long EVERYONE = 0xffffffffffffL;
  private static final int UPLINK = 1;
  private static final int OUTSIDE = 2;
  private static final short EXPERIMENTAL = (short) 0x88B5;
  private static final int SHORTEST = 60;
  private static final int BROADCASTS = 100;
  private static final int PATIENCE_SECONDS = 30;

  private final Operator operator;
  private final ManagedChannel channel;

  private Scenario(Operator operator, ManagedChannel channel) {
    this.operator = operator;
    this.channel = channel;
  }

  /**
   * Plays the scenario and exits, with 1 where something else came out than should.
   *
   * @param arguments the directory of the demo, where NETCONF is served, the file with admin's
   *     password, where the dataplane service is served
   * @throws InterruptedException where waiting is interrupted
   */
  public static void main(String[] arguments) throws InterruptedException {
    if (arguments.length != 4) {
      System.out.println("Usage: DIRECTORY NETCONF PASSWORD-FILE DATAPLANE-GRPC");
      return;
    }
    ManagedChannel channel = ManagedChannelBuilder.forTarget(arguments[3]).usePlaintext().build();
    try {
      var operator = new Operator(Path.of(arguments[0]), arguments[1], Path.of(arguments[2]));
      new Scenario(operator, channel).play();
    } catch (IOException | IllegalStateException e) {
      System.out.println();
      System.out.flush();
      System.err.println("FAILED: " + e.getMessage());
      System.exit(1);
    } finally {
      channel.shutdownNow();
    }
  }

  private void play() throws IOException, InterruptedException {
    say("A fresh switch forwards nothing");
    send("station 1", "the external host", STATION_1, EXTERNAL, Map.of());

    say("NETCONF: both ports into VLAN 1, untagged, by " + operator.name());
    operator.edit("vlan.xml");
    awaitForwarding();
    send("station 1", "the external host", STATION_1, EXTERNAL, Map.of(OUTSIDE, 1));

    say("The external host and station 2 speak, and the switch learns where they are");
    receive("the external host to everyone", OUTSIDE, EVERYONE, EXTERNAL, Map.of(UPLINK, 1));
    receive("station 2 to everyone", UPLINK, EVERYONE, STATION_2, Map.of(OUTSIDE, 1));
    awaitStation2Learnt();
    send("station 1", "station 2", STATION_1, STATION_2, Map.of());
    System.out.println("station 2 is not reached: no bridge sends a frame back where it came from");

    say("NETCONF: reflective relay on port1, while station 2 sends to the external host");
    long sent = sendThroughout(() -> operator.edit("reflective-relay.xml"));
    System.out.printf("%d frames sent, %d came out of port2, once each%n", sent, sent);
    send("station 1", "station 2", STATION_1, STATION_2, Map.of(UPLINK, 1));
    send("station 2", "station 1", STATION_2, STATION_1, Map.of(UPLINK, 1));
    System.out.println("the stations are reached: reflected exactly once, and sent nowhere else");
    send("station 1", "the external host", STATION_1, EXTERNAL, Map.of(OUTSIDE, 1));

    say(BROADCASTS + " broadcasts of station 1");
    var stream = new FrameStream(channel);
    for (int number = 0; number < BROADCASTS; number++) {
      stream.receive(UPLINK, frame(EVERYONE, STATION_1, number));
    }
    List<Transmitted> out = stream.end();
    expect("broadcasts", UPLINK, out, Map.of(UPLINK, BROADCASTS, OUTSIDE, BROADCASTS));
    if (out.stream().distinct().count() != 2 * BROADCASTS) {
      throw new IllegalStateException("a broadcast came out of a port more than once");
    }

    say("The counters at the end");
    operator.get("counters.xml");
  }

  /** A commit is answered also while the target cannot be reached yet. */
  private void awaitForwarding() {
    for (int attempt = 0; attempt < PATIENCE_SECONDS * 10; attempt++) {
      var stream = new FrameStream(channel);
      stream.receive(UPLINK, frame(EXTERNAL, STATION_1, 0));
      if (!stream.end().isEmpty()) {
        return;
      }
      pause(100);
    }
    throw new IllegalStateException(
        "nothing is forwarded %d seconds after the commit".formatted(PATIENCE_SECONDS));
  }

  /** Learning is the management plane's work: a frame is flooded until it is done. */
  private void awaitStation2Learnt() {
    for (int attempt = 0; attempt < PATIENCE_SECONDS * 10; attempt++) {
      var stream = new FrameStream(channel);
      stream.receive(UPLINK, frame(STATION_2, STATION_1, 0));
      if (stream.end().isEmpty()) {
        return;
      }
      pause(100);
    }
    throw new IllegalStateException(
        "station 2 is not learnt %d seconds after it spoke".formatted(PATIENCE_SECONDS));
  }

  /** Lets a station's frame arrive on the uplink. */
  private void send(
      String from, String to, long source, long destination, Map<Integer, Integer> expected) {
    receive(from + " to " + to, UPLINK, destination, source, expected);
  }

  /** Lets a frame arrive on a port and says which ports transmit it how many times. */
  private void receive(
      String what, int port, long destination, long source, Map<Integer, Integer> expected) {
    var stream = new FrameStream(channel);
    ByteString frame = frame(destination, source, 0);
    stream.receive(port, frame);
    List<Transmitted> out = stream.end();
    expect(what, port, out, expected);
    if (!out.stream().allMatch(transmitted -> transmitted.frame().equals(frame))) {
      throw new IllegalStateException(what + ": another frame came out: " + out);
    }
  }

  private static void expect(
      String what, int port, List<Transmitted> out, Map<Integer, Integer> expected) {
    var counts = new TreeMap<Integer, Integer>();
    out.forEach(transmitted -> counts.merge(transmitted.port(), 1, Integer::sum));
    System.out.println(what + ": in on port" + port + ", out " + describe(counts));
    if (!counts.equals(expected)) {
      throw new IllegalStateException(
          what + ": should have come out " + describe(new TreeMap<>(expected)));
    }
  }

  private static String describe(Map<Integer, Integer> counts) {
    if (counts.isEmpty()) {
      return "nowhere";
    }
    var text = new StringBuilder();
    counts.forEach(
        (port, count) ->
            text.append(text.isEmpty() ? "" : ", ")
                .append("of port")
                .append(port)
                .append(count == 1 ? " once" : " " + count + " times"));
    return text.toString();
  }

  /** What the operator does meanwhile. */
  private interface Task {
    void run() throws IOException, InterruptedException;
  }

  /** Sends station 2's frames to the external host before, during and after; tells how many. */
  private long sendThroughout(Task task) throws IOException, InterruptedException {
    var stream = new FrameStream(channel);
    var flowing = new CountDownLatch(1);
    var enough = new AtomicBoolean();
    CompletableFuture<Long> sender =
        CompletableFuture.supplyAsync(
            () -> {
              long number = 0;
              while (!enough.get()) {
                stream.receive(UPLINK, frame(EXTERNAL, STATION_2, number++));
                flowing.countDown();
                pause(10);
              }
              stream.receive(UPLINK, frame(EXTERNAL, STATION_2, number++));
              return number;
            });
    flowing.await();
    try {
      task.run();
    } finally {
      enough.set(true);
    }
    long sent = sender.join();
    List<Transmitted> outside =
        stream.end().stream().filter(transmitted -> transmitted.port() == OUTSIDE).toList();
    if (outside.size() != sent || outside.stream().distinct().count() != sent) {
      throw new IllegalStateException(
          "of %d frames to the external host %d came out of port2, %d different ones"
              .formatted(sent, outside.size(), outside.stream().distinct().count()));
    }
    return sent;
  }

  private static void pause(int milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static ByteString frame(long destination, long source, long number) {
    ByteBuffer frame = ByteBuffer.allocate(SHORTEST);
    address(frame, destination);
    address(frame, source);
    frame.putShort(EXPERIMENTAL).putLong(number);
    frame.put("hairpin".getBytes(StandardCharsets.US_ASCII));
    return ByteString.copyFrom(frame.rewind());
  }

  private static void address(ByteBuffer frame, long address) {
    frame.putShort((short) (address >> 32)).putInt((int) address);
  }

  private static void say(String what) {
    System.out.printf("%n== %s%n", what);
  }
}
