package io.hairpin.tests;

import static io.hairpin.tests.Configuration.flat;
import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.p4runtime.v1.Entity.EntityCase;
import io.hairpin.p4runtime.v1.Update;
import org.junit.jupiter.api.Test;

/** A change costs what it changes: only the difference is written to the target. */
final class WritesTest extends OnEveryTarget {

  @Test
  void theSameConfigurationAgainWritesNothing() throws Exception {
    rig.configure(flat());
    rig.tap().reset();

    rig.configure(flat());

    assertThat(rig.tap().updates()).isEmpty();
  }

  @Test
  void aNameWritesNothing() throws Exception {
    rig.configure(flat());
    rig.tap().reset();

    rig.edit(
        """
        <bridge xmlns="urn:hairpin:yang:bridge">
          <vlan><vid>1</vid><name>blue</name></vlan>
        </bridge>
        """);

    assertThat(rig.tap().updates()).isEmpty();
  }

  @Test
  void reflectiveRelayModifiesOneEntry() throws Exception {
    rig.configure(flat());
    rig.tap().reset();

    rig.configure(flat().reflecting(1));

    assertThat(rig.tap().updates()).extracting(Update::getType).containsExactly(Update.Type.MODIFY);
  }

  @Test
  void aStaticEntryInsertsItsDestinationAndItsSource() throws Exception {
    rig.configure(flat());
    rig.tap().reset();

    rig.configure(flat().station(1, BOB, 2));

    assertThat(rig.tap().updates())
        .extracting(Update::getType)
        .containsExactly(Update.Type.INSERT, Update.Type.INSERT);
  }

  @Test
  void aMemberLessModifiesTheGroupOnce() throws Exception {
    rig.configure(flat());
    rig.tap().reset();

    rig.edit(
        """
        <bridge xmlns="urn:hairpin:yang:bridge">
          <vlan><vid>1</vid><untagged-port nc:operation="delete">port3</untagged-port></vlan>
        </bridge>
        """);

    assertThat(rig.tap().updates())
        .filteredOn(
            update ->
                update.getEntity().getEntityCase() == EntityCase.PACKET_REPLICATION_ENGINE_ENTRY)
        .extracting(Update::getType)
        .containsExactly(Update.Type.MODIFY);
  }
}
