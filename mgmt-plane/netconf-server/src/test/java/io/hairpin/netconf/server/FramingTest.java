package io.hairpin.netconf.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hairpin.netconf.transport.FramingException;
import io.hairpin.netconf.transport.MessageReader;
import io.hairpin.netconf.transport.MessageWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ChannelSubsystem;
import org.apache.sshd.client.session.ClientSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 6242: framing as it should be, and what happens to who breaks it. */
class FramingTest {
  private static final String BASE_1_0 =
      "<hello xmlns='urn:ietf:params:xml:ns:netconf:base:1.0'><capabilities><capability>"
          + "urn:ietf:params:netconf:base:1.0</capability></capabilities></hello>]]>]]>";
  private static final String BASE_1_1 = BASE_1_0.replace("base:1.0</", "base:1.1</");
  private static final String RPC =
      "<rpc xmlns='urn:ietf:params:xml:ns:netconf:base:1.0'"
          + " message-id='1'><discard-changes/></rpc>";

  @TempDir private static Path directory;
  private static Served served;
  private static SshClient ssh;

  @BeforeAll
  static void start() throws Exception {
    served = new Served(directory, builder -> builder.maxMessageSize(100_000));
    ssh = SshClient.setUpDefaultClient();
    ssh.setServerKeyVerifier((session, address, key) -> true);
    ssh.start();
  }

  @AfterAll
  static void stop() {
    ssh.stop();
    served.close();
  }

  /** Sends bytes and returns all that the server says until it closes the session. */
  private static String attack(String bytes) throws IOException {
    try (ClientSession session =
        ssh.connect("admin", "127.0.0.1", served.server.address().getPort())
            .verify(Duration.ofSeconds(20))
            .getSession()) {
      session.addPasswordIdentity("secret");
      session.auth().verify(Duration.ofSeconds(20));
      try (ChannelSubsystem channel = session.createSubsystemChannel("netconf")) {
        channel.open().verify(Duration.ofSeconds(20));
        try {
          channel.getInvertedIn().write(bytes.getBytes(ISO_8859_1));
          channel.getInvertedIn().flush();
        } catch (IOException _) {
          // The server may have closed it by then: what it said before is still there.
        }
        String said = new String(channel.getInvertedOut().readAllBytes(), UTF_8);
        return said.substring(said.indexOf("]]>]]>") + 6);
      }
    }
  }

  private static String chunk(String text) {
    return "\n#" + text.getBytes(ISO_8859_1).length + "\n" + text;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "garbage",
        "\n#0\nx",
        "\n#01\nx",
        "\n#4294967296\nx",
        "\n#99999999999\nx",
        "\n#-1\nx",
        "\n#1x\nx",
        "\n# 1\nx",
        "\r\n#1\nx",
        "\n#1\r\nx",
        "\n##\n",
        "\n###",
        "#1\nx",
        "]]>]]>",
      })
  void brokenChunksEndTheSession(String frames) throws Exception {
    try (var other = served.connect()) {
      assertThat(attack(BASE_1_1 + frames)).isEmpty();
      assertThat(other.rpc("<discard-changes/>")).as("another session").contains("<ok/>");
    }
  }

  @Test
  void aBrokenChunkAmidARequestRunsNothing() throws Exception {
    assertThat(attack(BASE_1_1 + chunk(RPC) + "\n#x")).isEmpty();
  }

  @Test
  void requestsBeforeTheBreakAreAnswered() throws Exception {
    assertThat(attack(BASE_1_1 + chunk(RPC) + "\n##\n" + "\n#x"))
        .contains("<ok/>")
        .endsWith("\n##\n");
  }

  @Test
  void aRequestMayComeInManyChunks() throws Exception {
    StringBuilder chunks = new StringBuilder();
    for (int i = 0; i < RPC.length(); i++) {
      chunks.append(chunk(RPC.substring(i, i + 1)));
    }
    assertThat(attack(BASE_1_1 + chunks + "\n##\n\n#x")).contains("<ok/>");
  }

  @Test
  void requestsMayComeInARow() throws Exception {
    String request = chunk(RPC) + "\n##\n";
    assertThat(attack(BASE_1_1 + request.repeat(20) + "x").split("<ok/>", -1)).hasSize(21);
  }

  @Test
  void oldFramingWithAnOldClient() throws Exception {
    String close = RPC.replace("discard-changes", "close-session");
    String said = attack(BASE_1_0 + RPC + "]]>]]>\n" + close + "]]>]]>");
    assertThat(said).contains("<ok/>").endsWith("]]>]]>").doesNotContain("\n#");
  }

  @Test
  void malformedXmlEndsTheSessionOfAnOldClient() throws Exception {
    assertThat(attack(BASE_1_0 + "<rpc>]]>]]>" + RPC + "]]>]]>")).isEmpty();
  }

  @Test
  void invalidUtf8IsMalformed() throws Exception {
    String bad = RPC.replace("<discard-changes/>", "<discard-changes>\u00ff</discard-changes>");
    assertThat(attack(BASE_1_1 + chunk(bad) + "\n##\n\n#x"))
        .contains("malformed-message")
        .contains("UTF-8");
  }

  @Test
  void aMessageOverTheLimitIsRefusedAndEndsTheSession() throws Exception {
    String big = RPC.replace("<discard-changes/>", "<!--" + "x".repeat(200_000) + "-->");
    assertThat(attack(BASE_1_1 + chunk(big) + "\n##\n" + chunk(RPC) + "\n##\n"))
        .contains("<error-tag>too-big</error-tag>")
        .doesNotContain("<ok/>");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<hello/>]]>]]>",
        "no xml]]>]]>",
        "<hello xmlns='urn:ietf:params:xml:ns:netconf:base:1.0'><capabilities/></hello>]]>]]>",
        "<hello xmlns='urn:ietf:params:xml:ns:netconf:base:1.0'><capabilities><capability>"
            + "urn:ietf:params:netconf:base:1.1</capability></capabilities>"
            + "<session-id>4</session-id></hello>]]>]]>",
      })
  void aWrongHelloEndsTheSession(String hello) throws Exception {
    assertThat(attack(hello)).isEmpty();
  }

  @Test
  void whatLooksLikeTheMarkIsContent() throws Exception {
    for (String text : new String[] {"]]>]]", "]]]>]]]>]]", "]]>]]]>]]", "a]]>b]]>]", "]"}) {
      assertThat(read(text + "]]>]]>", 1)).as(text).isEqualTo(text);
      assertThat(read(text + "]]>]]>", 7)).as(text).isEqualTo(text);
    }
  }

  @Test
  void aMarkCutByTheEndIsNoMessage() {
    assertThatThrownBy(() -> read("<a/>]]>]]", 3)).isInstanceOf(EOFException.class);
  }

  @Test
  void chunksComeBackAsTheyWereWritten() throws Exception {
    byte[] content = "x".repeat(100_001).getBytes(UTF_8);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    MessageWriter writer = new MessageWriter(bytes);
    writer.useChunks();
    try (var out = writer.message()) {
      out.write(content);
    }
    MessageReader reader =
        new MessageReader(new ByteArrayInputStream(bytes.toByteArray()), 1 << 20);
    reader.useChunks();
    assertThat(reader.next().orElseThrow().readAllBytes()).isEqualTo(content);
    assertThat(reader.next()).isEmpty();
  }

  @Test
  void theLimitCountsContent() {
    MessageReader reader =
        new MessageReader(new ByteArrayInputStream("\n#5\nabcde".getBytes(UTF_8)), 4);
    reader.useChunks();
    assertThatThrownBy(() -> reader.next().orElseThrow().readAllBytes())
        .isInstanceOfSatisfying(FramingException.class, e -> assertThat(e.tooBig()).isTrue());
  }

  /** Reads one message of a stream that hands out a few bytes at a time. */
  private static String read(String text, int step) throws IOException {
    InputStream slow =
        new FilterInputStream(new ByteArrayInputStream(text.getBytes(UTF_8))) {
          @Override
          public int read(byte[] target, int offset, int length) throws IOException {
            return super.read(target, offset, Math.min(step, length));
          }
        };
    return new String(new MessageReader(slow, 1000).next().orElseThrow().readAllBytes(), UTF_8);
  }
}
