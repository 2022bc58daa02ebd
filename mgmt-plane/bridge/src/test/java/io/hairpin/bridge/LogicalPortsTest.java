package io.hairpin.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.TextFormat;
import io.hairpin.p4runtime.config.v1.P4Info;
import io.hairpin.p4runtime.config.v1.Table;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogicalPortsTest {

  @ParameterizedTest
  @ValueSource(strings = {"channel_reception", "channel_transmission"})
  void thereAreAsManyChannelsAsATableHasRoomFor(String table) throws Exception {
    assertThat(p4Info().getTablesList())
        .filteredOn(info -> info.getPreamble().getAlias().equals(table))
        .extracting(Table::getSize)
        .containsExactly((long) LogicalPorts.CHANNELS);
  }

  private static P4Info p4Info() throws Exception {
    try (InputStream in =
        LogicalPortsTest.class.getResourceAsStream("/io/hairpin/p4src/hairpin.p4info.txtpb")) {
      return TextFormat.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), P4Info.class);
    }
  }
}
