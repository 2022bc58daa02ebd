package io.hairpin.netconf.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.hairpin.netconf.server.ServerConfiguration.Transport;
import io.hairpin.netconf.server.XmlParser.MalformedException;
import io.hairpin.netconf.transport.MessageReader;
import io.hairpin.netconf.transport.MessageWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Framing, XML, edits and whole sessions of a hostile client: whatever it sends, the server answers
 * by an error of the protocol or ends the session. Tries the inputs that are kept; {@code -Dfuzz=1
 * -Dtest=HostileInputTest#edit} looks for more for a minute.
 */
@Timeout(90)
class HostileInputTest {
  private static final String HELLO =
      "<hello xmlns='urn:ietf:params:xml:ns:netconf:base:1.0'><capabilities><capability>"
          + "urn:ietf:params:netconf:base:1.1</capability></capabilities></hello>]]>]]>";
  private static final int LIMIT = 1 << 20;

  @TempDir private static Path directory;
  private static Served served;

  @BeforeAll
  static void start() throws Exception {
    served = new Served(directory);
  }

  @AfterAll
  static void stop() {
    served.close();
  }

  /** Reads messages until the stream ends or is broken; tells the messages, and how it ended. */
  private static List<String> read(InputStream in, boolean chunked) {
    MessageReader reader = new MessageReader(in, LIMIT);
    if (chunked) {
      reader.useChunks();
    }
    List<String> messages = new ArrayList<>();
    try {
      for (Optional<InputStream> next = reader.next(); next.isPresent(); next = reader.next()) {
        messages.add(Arrays.toString(next.get().readAllBytes()));
      }
      messages.add("end");
    } catch (IOException e) {
      messages.add("broken");
    }
    return messages;
  }

  /** Hands out one byte at a time. */
  private static InputStream slowly(byte[] data) {
    return new ByteArrayInputStream(data) {
      @Override
      public synchronized int read(byte[] target, int offset, int length) {
        return super.read(target, offset, Math.min(length, 1));
      }
    };
  }

  @FuzzTest(maxDuration = "1m")
  void framing(byte[] data) {
    if (data.length == 0) {
      return;
    }
    boolean chunked = data[0] % 2 != 0;
    byte[] rest = Arrays.copyOfRange(data, 1, data.length);
    List<String> messages = read(new ByteArrayInputStream(rest), chunked);
    assertThat(read(slowly(rest), chunked)).isEqualTo(messages);
  }

  @FuzzTest(maxDuration = "1m")
  void framingReturnsWhatWasFramed(byte[] data) throws IOException {
    if (data.length == 0 || new String(data, UTF_8).contains("]]>]]>")) {
      return;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    MessageWriter writer = new MessageWriter(out);
    writer.useChunks();
    for (int i = 0; i < 2; i++) {
      try (OutputStream message = writer.message()) {
        message.write(data);
      }
    }
    String text = Arrays.toString(data);
    assertThat(read(new ByteArrayInputStream(out.toByteArray()), true))
        .containsExactly(text, text, "end");
  }

  @FuzzTest(maxDuration = "1m")
  void xml(byte[] data) throws IOException {
    Element parsed;
    try {
      parsed = XmlParser.parse(new ByteArrayInputStream(data));
    } catch (MalformedException e) {
      assertThat(e.getMessage()).isNotBlank();
      return;
    }
    assertThat(depth(parsed)).isLessThanOrEqualTo(XmlParser.MAX_DEPTH);
  }

  private static int depth(Element element) {
    return 1 + element.children().stream().mapToInt(HostileInputTest::depth).max().orElse(0);
  }

  @FuzzTest(maxDuration = "1m")
  void edit(byte[] data) throws Exception {
    String rpc =
        "<rpc xmlns='urn:ietf:params:xml:ns:netconf:base:1.0' message-id='1'><edit-config><target>"
            + "<candidate/></target><config>";
    ByteArrayOutputStream in = new ByteArrayOutputStream();
    in.write(HELLO.getBytes(UTF_8));
    MessageWriter writer = new MessageWriter(in);
    writer.useChunks();
    try (OutputStream message = writer.message()) {
      message.write(rpc.getBytes(UTF_8));
      message.write(data);
      message.write("</config></edit-config></rpc>".getBytes(UTF_8));
    }
    try (OutputStream message = writer.message()) {
      message.write(
          ("<rpc xmlns='urn:ietf:params:xml:ns:netconf:base:1.0' message-id='2'>"
                  + "<validate><source><candidate/></source></validate></rpc>")
              .getBytes(UTF_8));
    }
    List<String> replies = run(in.toByteArray());
    assertThat(replies).hasSize(3);
  }

  @FuzzTest(maxDuration = "1m")
  void session(byte[] data) throws Exception {
    run(data);
  }

  /** Runs a session on what a client sends; each reply is well-formed. */
  private static List<String> run(byte[] data) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Peer peer = new Peer(Transport.SSH, "fuzz", "test", Optional.of((long) LIMIT));
    Session session =
        served.server.transports().session(peer, new ByteArrayInputStream(data), out, reason -> {});
    session.run();
    assertThat(served.server.transports().sessions().find(session.id())).isNull();
    byte[] said = out.toByteArray();
    MessageReader reader = new MessageReader(new ByteArrayInputStream(said), Long.MAX_VALUE);
    List<String> replies = new ArrayList<>();
    for (Optional<InputStream> next = reader.next(); next.isPresent(); next = reader.next()) {
      byte[] reply = next.get().readAllBytes();
      XmlParser.parse(new ByteArrayInputStream(reply));
      String text = new String(reply, UTF_8);
      assertThat(text).doesNotContain("the server failed");
      replies.add(text);
      if (replies.size() == 1 && base11(data)) {
        reader.useChunks();
      }
    }
    return replies;
  }

  private static boolean base11(byte[] data) {
    String sent = new String(data, UTF_8);
    int end = sent.indexOf("]]>]]>");
    return end >= 0 && sent.substring(0, end).contains("urn:ietf:params:netconf:base:1.1");
  }

  @Test
  void othersAreNotTouched() throws Exception {
    try (var other = served.connect()) {
      other.rpc("<discard-changes/>");
      assertThat(other.rpc("<lock><target><candidate/></target></lock>")).contains("<ok/>");
      run("\n#4294967296\n".getBytes(UTF_8));
      edit("<top xmlns='urn:test:nodes'><name>a</name></top>".getBytes(UTF_8));
      assertThat(Served.candidate(other)).isEmpty();
      assertThat(other.rpc("<unlock><target><candidate/></target></unlock>")).contains("<ok/>");
    }
  }
}
