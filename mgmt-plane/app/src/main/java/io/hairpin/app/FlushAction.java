package io.hairpin.app;

import io.hairpin.bridge.Bridge;
import io.hairpin.bridge.MacAddress;
import io.hairpin.netconf.server.Invocation;
import io.hairpin.netconf.server.OperationHandler;
import io.hairpin.netconf.server.RefusedException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.model.api.ActionDefinition;
import org.opendaylight.yangtools.yang.model.api.ActionNodeContainer;
import org.opendaylight.yangtools.yang.model.api.DataNodeContainer;
import org.opendaylight.yangtools.yang.model.api.EffectiveModelContext;

/** The action {@code flush} of the filtering database. */
final class FlushAction implements OperationHandler {

  private final ActionDefinition action;
  private final Bridge bridge;

  FlushAction(EffectiveModelContext model, Bridge bridge) {
    this.bridge = bridge;
    var database =
        Data.child((DataNodeContainer) Data.child(model, "bridge"), "filtering-database");
    action =
        ((ActionNodeContainer) database)
            .getActions().stream()
                .filter(one -> one.getQName().getLocalName().equals("flush"))
                .findFirst()
                .orElseThrow();
  }

  /** Where the action is, for the server. */
  List<QName> path() {
    QName name = action.getQName();
    return List.of(QName.create(name, "bridge"), QName.create(name, "filtering-database"), name);
  }

  @Override
  public Optional<ContainerNode> invoke(Invocation invocation) throws RefusedException {
    Data input = new Data(action.getInput(), invocation.input());
    try {
      int flushed =
          bridge.flush(
              input.find("port"),
              input
                  .find("vid")
                  .map(Integer::parseInt)
                  .map(OptionalInt::of)
                  .orElse(OptionalInt.empty()),
              input
                  .find("mac-address")
                  .map(MacAddress::parse)
                  .map(OptionalLong::of)
                  .orElse(OptionalLong.empty()));
      return StateWriter.of(action.getOutput(), output -> output.leaf("flushed", flushed));
    } catch (IllegalArgumentException e) {
      throw new RefusedException(
          null, ErrorTag.INVALID_VALUE, null, String.valueOf(e.getMessage()));
    }
  }
}
