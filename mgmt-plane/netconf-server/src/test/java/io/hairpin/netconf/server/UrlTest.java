package io.hairpin.netconf.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.netconf.client.NetconfClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Configurations in files (RFC 6241 section 8.8). */
class UrlTest {
  private static final String ONE = "<top><name>one</name></top>";

  @TempDir private Path directory;
  private Path files;
  private Served served;
  private NetconfClient client;

  @BeforeEach
  void start() throws IOException {
    files = Files.createDirectory(directory.resolve("files"));
    served = new Served(directory, builder -> builder.files(files).writableRunning(true));
    client = served.connect();
    Served.set(client, ONE);
  }

  @AfterEach
  void stop() {
    client.close();
    served.close();
  }

  private static String url(String name) {
    return "<url>file:///" + name + "</url>";
  }

  private String copy(String source, String target) throws IOException {
    return client.rpc(
        "<copy-config><target>%s</target><source>%s</source></copy-config>"
            .formatted(target, source));
  }

  private void write(String name, String content) throws IOException {
    Files.writeString(files.resolve(name), content);
  }

  private static String config(String content) {
    return Served.config(content)
        .replaceFirst("<config", "<config xmlns='urn:ietf:params:xml:ns:netconf:base:1.0'");
  }

  @Test
  void runningIsCopiedToAFileAndBack() throws Exception {
    assertThat(copy("<running/>", url("a.xml"))).contains("<ok/>");
    assertThat(files.resolve("a.xml")).content().startsWith("<config ").contains("<name>one<");
    Served.set(client, "");
    assertThat(copy(url("a.xml"), "<candidate/>")).contains("<ok/>");
    assertThat(Served.candidate(client)).isEqualTo(ONE);
  }

  @Test
  void aFileIsCopiedToRunning() throws Exception {
    write("a.xml", config("<top><name>two</name></top>"));
    assertThat(copy(url("a.xml"), "<running/>")).contains("<ok/>");
    assertThat(Served.running(client)).isEqualTo("<top><name>two</name></top>");
  }

  @Test
  void aFileIsCopiedToAFile() throws Exception {
    write("a.xml", config(ONE));
    assertThat(copy(url("a.xml"), url("b.xml"))).contains("<ok/>");
    assertThat(copy(url("b.xml"), url("b.xml"))).contains("<error-tag>invalid-value</error-tag>");
    assertThat(files.resolve("b.xml")).content().contains("<name>one<");
  }

  @Test
  void defaultsAreWrittenAsAsked() throws Exception {
    assertThat(
            client.rpc(
                "<copy-config><target>"
                    + url("a.xml")
                    + "</target><source><running/></source><with-defaults"
                    + " xmlns='urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults'>"
                    + "report-all</with-defaults></copy-config>"))
        .contains("<ok/>");
    assertThat(files.resolve("a.xml")).content().contains("<enabled>true</enabled>");
  }

  @Test
  void anEditTakesItsContentFromAFile() throws Exception {
    write("a.xml", config("<top><name nc:operation='delete'/><count>7</count></top>"));
    assertThat(
            client.rpc(
                "<edit-config><target><candidate/></target>" + url("a.xml") + "</edit-config>"))
        .contains("<ok/>");
    assertThat(Served.candidate(client)).isEqualTo("<top><count>7</count></top>");
  }

  @Test
  void aFileIsValidated() throws Exception {
    write("good.xml", config(ONE));
    write("bad.xml", config("<needs/>"));
    assertThat(client.rpc("<validate><source>" + url("good.xml") + "</source></validate>"))
        .contains("<ok/>");
    assertThat(client.rpc("<validate><source>" + url("bad.xml") + "</source></validate>"))
        .contains("missing-choice");
  }

  @Test
  void aFileIsDeleted() throws Exception {
    write("a.xml", config(ONE));
    String delete = "<delete-config><target>" + url("a.xml") + "</target></delete-config>";
    assertThat(client.rpc(delete)).contains("<ok/>");
    assertThat(files.resolve("a.xml")).doesNotExist();
    assertThat(client.rpc(delete)).contains("<error-tag>data-missing</error-tag>");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://example.com/a.xml",
        "ftp://example.com/a.xml",
        "file://example.com/a.xml",
        "file:///",
        "file:///.",
        "file:///../host-key",
        "file:///x/../../host-key",
        "file:///%2e%2e/host-key",
        "file:///..%2fhost-key",
        "file:///link/host-key",
        "file:///key",
        "file:///a.xml?b",
        "file:///a.xml#b",
        "file:///a%00b",
        "a.xml",
        "/a.xml",
        ":::",
        "",
      })
  void nothingLeadsOutOfTheDirectory(String url) throws Exception {
    Files.createSymbolicLink(files.resolve("link"), directory);
    Files.createSymbolicLink(files.resolve("key"), directory.resolve("host-key"));
    byte[] key = Files.readAllBytes(directory.resolve("host-key"));
    for (String operation :
        new String[] {
          copy("<url>" + url + "</url>", "<candidate/>"),
          copy("<running/>", "<url>" + url + "</url>")
        }) {
      assertThat(operation).contains("<rpc-error>").doesNotContain("OPENSSH");
    }
    assertThat(client.rpc("<delete-config><target><url>" + url + "</url></target></delete-config>"))
        .contains("<rpc-error>");
    assertThat(Files.readAllBytes(directory.resolve("host-key"))).isEqualTo(key);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "no xml", "<config/>", "<!DOCTYPE a><config/>", "<a><b></a>"})
  void whatIsNoConfigurationIsRefused(String content) throws Exception {
    write("a.xml", content);
    assertThat(copy(url("a.xml"), "<candidate/>"))
        .contains("<error-tag>operation-failed</error-tag>")
        .contains("file:///a.xml");
    assertThat(Served.candidate(client)).isEqualTo(ONE);
  }

  @Test
  void withoutADirectoryThereAreNoUrls(@TempDir Path other) throws Exception {
    try (Served without = new Served(other);
        NetconfClient there = without.connect()) {
      assertThat(there.hello()).doesNotContain("capability:url");
      for (String request :
          new String[] {
            "<copy-config><target>"
                + url("a")
                + "</target><source><running/></source>"
                + "</copy-config>",
            "<validate><source>" + url("a") + "</source></validate>",
            "<delete-config><target>" + url("a") + "</target></delete-config>",
            "<edit-config><target><candidate/></target>" + url("a") + "</edit-config>"
          }) {
        assertThat(there.rpc(request)).contains("<error-tag>unknown-element</error-tag>");
      }
    }
  }

  @Test
  void itIsAnnouncedWithItsScheme() {
    assertThat(client.hello()).contains(">urn:ietf:params:netconf:capability:url:1.0?scheme=file<");
  }
}
