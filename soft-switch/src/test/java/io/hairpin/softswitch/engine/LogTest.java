package io.hairpin.softswitch.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What a program says, and what its deparser does before it emits. */
class LogTest {
  private static final String FRAME = "0200000000020200000000010800";

  private final Logger logger = (Logger) LoggerFactory.getLogger("log_msg");
  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

  @BeforeEach
  void listen() {
    logger.setLevel(Level.INFO);
    logger.setAdditive(false);
    appender.start();
    logger.addAppender(appender);
  }

  @AfterEach
  void listenNoLonger() {
    logger.detachAppender(appender);
    logger.setAdditive(true);
    logger.setLevel(null);
  }

  /** The bridge, whose deparser says something and sets the EtherType. */
  private static Bench bench() {
    JsonObject root =
        JsonParser.parseString(new String(Bench.json("bridge.json"), StandardCharsets.UTF_8))
            .getAsJsonObject();
    JsonObject deparser = root.getAsJsonArray("deparsers").get(0).getAsJsonObject();
    deparser.add(
        "primitives",
        JsonParser.parseString(
            """
            [{"op": "log_msg", "parameters": [
               {"type": "string", "value": "to {} from port {x}"},
               {"type": "parameters_vector", "value": [
                 {"type": "field", "value": ["ethernet", "dst"]},
                 {"type": "field", "value": ["standard_metadata", "ingress_port"]}]}]},
             {"op": "assign", "parameters": [
               {"type": "field", "value": ["ethernet", "type"]},
               {"type": "hexstr", "value": "0x1234"}]}]
            """));
    var bench = new Bench(root.toString().getBytes(StandardCharsets.UTF_8));
    bench.table("In.ports").insert(Bench.entry(Bench.key(1), "In.receive", 10));
    bench.table("In.vlans").insert(Bench.entry(Bench.key(10), "In.group", 7));
    bench.table("In.fdb").setDefault(Bench.action("In.forward", 3));
    return bench;
  }

  @Test
  void messagesAreFormatted() {
    bench().send(1, FRAME);
    assertThat(appender.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly("to 2199023255554 from port 1");
  }

  @Test
  void nothingIsSaidWhereNobodyListens() {
    logger.setLevel(Level.WARN);
    bench().send(1, FRAME);
    assertThat(appender.list).isEmpty();
  }

  @Test
  void aTraceSaysNothing() {
    bench().program.trace(1, java.util.HexFormat.of().parseHex(FRAME));
    assertThat(appender.list).isEmpty();
  }

  @Test
  void theDeparserChangesWhatItEmits() {
    assertThat(bench().send(1, FRAME))
        .containsExactly(new Bench.Sent(3, FRAME.substring(0, 24) + "1234"));
  }
}
