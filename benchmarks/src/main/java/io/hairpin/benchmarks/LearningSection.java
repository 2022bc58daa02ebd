package io.hairpin.benchmarks;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.hairpin.netconf.client.NetconfClient;
import io.hairpin.p4runtime.dataplane.DataplaneInterfaceGrpc;
import io.hairpin.p4runtime.dataplane.PacketStreamRequest;
import io.hairpin.p4runtime.dataplane.PacketStreamResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A burst of new addresses, from the first frame until control has learnt the last one. */
final class LearningSection implements Section {
  private static final int ADDRESSES = 20_000;
  private static final int SHORTEST = 60;
  private static final int PATIENCE_SECONDS = 120;

  /** Frames that are lost are sent again after so long, as stations do. */
  private static final double AGAIN_SECONDS = 2;

  private static final Pattern RECEIVED = Pattern.compile("<mac-address>");

  private static final String CONFIGURATION =
      """
      <edit-config><target><candidate/></target><config>
        <interfaces xmlns="urn:ietf:params:xml:ns:yang:ietf-interfaces"
            xmlns:ianaift="urn:ietf:params:xml:ns:yang:iana-if-type">
          <interface>
            <name>port1</name>
            <type>ianaift:ethernetCsmacd</type>
            <bridge-port xmlns="urn:hairpin:yang:bridge"/>
          </interface>
        </interfaces>
        <bridge xmlns="urn:hairpin:yang:bridge">
          <vlan><vid>1</vid><untagged-port>port1</untagged-port></vlan>
        </bridge>
      </config></edit-config>
      """;

  private static final String ENTRIES =
      """
      <get><filter type="subtree">
        <bridge xmlns="urn:hairpin:yang:bridge">
          <filtering-database><entry><mac-address/></entry></filtering-database>
        </bridge>
      </filter></get>
      """;

  @Override
  public void run(Report report, boolean quick) throws Exception {
    Started.build();
    Path data = Files.createTempDirectory("hairpin-bench");
    try (Started started =
        Started.hairpin(
            "run",
            "--port",
            "1",
            "--netconf",
            "127.0.0.1:0",
            "--dataplane-grpc",
            "127.0.0.1:0",
            "--data",
            data.toString())) {
      String ready = started.ready();
      String netconf = Started.value(ready, "netconf");
      int colon = netconf.lastIndexOf(':');
      try (NetconfClient client =
          NetconfClient.connect(
              netconf.substring(0, colon),
              Integer.parseInt(netconf.substring(colon + 1)),
              "admin",
              Files.readString(data.resolve("admin-password")).strip())) {
        ok(client.rpc(CONFIGURATION));
        ok(client.rpc("<commit/>"));
        double seconds = learn(client, Started.value(ready, "dataplane-grpc"));
        report.add(
            "learning: 20,000 new addresses in a burst, until the last one is learnt",
            "%.2f s (%s)".formatted(seconds, Report.rate(ADDRESSES / seconds, "addresses")),
            "",
            "",
            "none lost for good");
      }
    } finally {
      StartSection.delete(data);
    }
  }

  private static void ok(String reply) throws IOException {
    if (!reply.contains("<ok/>")) {
      throw new IOException(reply);
    }
  }

  private static double learn(NetconfClient client, String dataplane) throws IOException {
    ManagedChannel channel = NettyChannelBuilder.forTarget(dataplane).usePlaintext().build();
    try {
      StreamObserver<PacketStreamRequest> in =
          DataplaneInterfaceGrpc.newStub(channel).packetStream(new Ignored());
      long start = System.nanoTime();
      for (int round = 1; ; round++) {
        send(in);
        for (double seconds = since(start); seconds < round * AGAIN_SECONDS; ) {
          if (learnt(client) == ADDRESSES) {
            return since(start);
          }
          seconds = since(start);
          if (seconds > PATIENCE_SECONDS) {
            throw new IOException(
                learnt(client) + " addresses learnt within " + PATIENCE_SECONDS + " s");
          }
        }
      }
    } finally {
      channel.shutdownNow();
    }
  }

  private static void send(StreamObserver<PacketStreamRequest> in) {
    for (int i = 0; i < ADDRESSES; i++) {
      ByteBuffer frame = ByteBuffer.allocate(SHORTEST);
      frame.putInt(-1).putShort((short) -1).putShort((short) 0x0200).putInt(i);
      frame.putShort((short) 0x88B5);
      in.onNext(
          PacketStreamRequest.newBuilder()
              .setDeviceId(1)
              .setPort(1)
              .setPacket(ByteString.copyFrom(frame.rewind()))
              .build());
    }
  }

  private static double since(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static int learnt(NetconfClient client) throws IOException {
    Matcher entries = RECEIVED.matcher(client.rpc(ENTRIES));
    int count = 0;
    while (entries.find()) {
      count++;
    }
    return count;
  }

  /** Nothing comes out: there is no other port. */
  private static final class Ignored implements StreamObserver<PacketStreamResponse> {
    @Override
    public void onNext(PacketStreamResponse frame) {}

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onCompleted() {}
  }
}
