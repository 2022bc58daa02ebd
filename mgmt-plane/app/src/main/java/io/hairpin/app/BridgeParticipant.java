package io.hairpin.app;

import io.hairpin.bridge.Bridge;
import io.hairpin.bridge.InvalidConfigurationException;
import io.hairpin.netconf.server.Change;
import io.hairpin.netconf.server.Participant;
import io.hairpin.netconf.server.RefusedException;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;

/** The bridge's say in every commit. */
final class BridgeParticipant implements Participant {

  private final ConfigurationBinding binding;
  private final Bridge bridge;

  BridgeParticipant(ConfigurationBinding binding, Bridge bridge) {
    this.binding = binding;
    this.bridge = bridge;
  }

  @Override
  public void start(ContainerNode running) {
    bridge.start(binding.read(running));
  }

  @Override
  public Prepared prepare(Change change) throws RefusedException {
    Bridge.Prepared prepared;
    try {
      prepared = bridge.prepare(binding.read(change));
    } catch (InvalidConfigurationException e) {
      throw binding.refused(e, change);
    }
    return applying(prepared);
  }

  /** What was configured before is not checked again: a port may have gone since. */
  @Override
  public Prepared restore(Change change) {
    return applying(bridge.restore(binding.read(change)));
  }

  private static Prepared applying(Bridge.Prepared prepared) {
    return new Prepared() {
      @Override
      public void apply() {
        prepared.apply();
      }

      @Override
      public void abort() {
        // The bridge reserves nothing.
      }
    };
  }
}
