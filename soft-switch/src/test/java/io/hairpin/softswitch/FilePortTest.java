package io.hairpin.softswitch;

import static io.hairpin.softswitch.Testbed.wire;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hairpin.p4runtime.v1.SetForwardingPipelineConfigRequest.Action;
import io.hairpin.p4runtime.v1.Update;
import io.hairpin.softswitch.port.PortSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Frames from and to files. */
class FilePortTest {
  private static final String FRAME = "02000000000902000000000a0800" + "00".repeat(46);

  @TempDir private Path directory;

  private static ByteBuffer capture(int... seconds) {
    ByteBuffer file =
        ByteBuffer.allocate(24 + seconds.length * (16 + 60)).order(ByteOrder.nativeOrder());
    file.putInt(0xa1b2c3d4).putShort((short) 2).putShort((short) 4).putInt(0).putInt(0);
    file.putInt(65_535).putInt(1);
    for (int i = 0; i < seconds.length; i++) {
      file.putInt(seconds[i]).putInt(i).putInt(60).putInt(60).put(HexFormat.of().parseHex(FRAME));
    }
    return file;
  }

  /** The frames of a pcap file, or of the packet blocks of a pcapng file. */
  private static List<String> frames(Path path) throws IOException {
    ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.nativeOrder());
    List<String> all = new ArrayList<>();
    boolean next = path.toString().endsWith("ng");
    int at = next ? 0 : 24;
    while (at < file.limit()) {
      if (!next) {
        all.add(HexFormat.of().formatHex(file.array(), at + 16, at + 16 + file.getInt(at + 8)));
        at += 16 + file.getInt(at + 8);
      } else {
        if (file.getInt(at) == 6) {
          all.add(HexFormat.of().formatHex(file.array(), at + 28, at + 28 + file.getInt(at + 20)));
        }
        at += file.getInt(at + 4);
      }
    }
    return all;
  }

  @Test
  void aCaptureIsReceivedAndAnotherOneWritten() throws Exception {
    Path in = Files.write(directory.resolve("in.pcap"), capture(5, 5, 5).array());
    Path out = directory.resolve("out.pcap");
    try (Testbed testbed =
        new Testbed(
            SoftSwitch.builder()
                .port(PortSpec.parse("1=pcap:" + in + "," + out))
                .port(2)
                .port(PortSpec.parse("3=pcap:," + directory.resolve("3.pcapng"))))) {
      testbed.collect();
      testbed.controller(1);
      // Its tables are filled before it sees the first frame.
      testbed.push(Action.VERIFY_AND_SAVE, Testbed.CONFIG);
      testbed.write(Update.Type.INSERT, wire(1, "send", 2), wire(2, "send", 1));
      testbed.commit();
      for (int i = 0; i < 3; i++) {
        assertThat(testbed.sent.poll(Testbed.PATIENCE_SECONDS, TimeUnit.SECONDS))
            .isEqualTo(new Testbed.Sent(2, FRAME));
      }
      testbed.inject(2, FRAME);
    }
    assertThat(frames(out)).containsExactly(FRAME);
    assertThat(frames(directory.resolve("3.pcapng"))).isEmpty();
  }

  @Test
  void eachPortIsRecordedBothWays() throws IOException {
    Path recordings = directory.resolve("recordings");
    try (Testbed testbed =
        Testbed.running(SoftSwitch.builder().port(1).port(2).port(3).record(recordings))) {
      testbed.write(Update.Type.INSERT, wire(1, "send", 2), wire(2, "send_tagged", 1, 7));
      testbed.inject(1, FRAME);
      testbed.inject(2, FRAME);
      String tagged = FRAME.substring(0, 24) + "81000007" + FRAME.substring(24);
      // There while the switch runs.
      assertThat(frames(recordings.resolve("port1.pcapng"))).containsExactly(FRAME, tagged);
      assertThat(frames(recordings.resolve("port2.pcapng"))).containsExactly(FRAME, FRAME);
      assertThat(frames(recordings.resolve("port3.pcapng"))).isEmpty();
      assertThat(recordings.resolve("port" + Testbed.CPU_PORT + ".pcapng")).exists();
    }
  }

  @Test
  void aFileThatIsNoCaptureIsNamed() throws IOException {
    Path in = Files.writeString(directory.resolve("in"), "hello");
    assertThatThrownBy(
            () -> SoftSwitch.builder().port(PortSpec.parse("4=pcap:" + in + ",")).start())
        .isInstanceOf(IOException.class)
        .hasMessage("port 4: " + in + " is neither pcap nor pcapng (at octet 4)");
  }
}
