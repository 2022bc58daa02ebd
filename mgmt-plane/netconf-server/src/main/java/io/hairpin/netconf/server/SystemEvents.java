package io.hairpin.netconf.server;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.Empty;
import org.opendaylight.yangtools.yang.common.Uint32;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifier;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerChild;
import org.opendaylight.yangtools.yang.data.api.schema.UnkeyedListNode;
import org.opendaylight.yangtools.yang.data.spi.node.ImmutableNodes;

/** The notifications of the server itself (RFC 6470). */
final class SystemEvents implements Watcher {
  /** More edits than these are told by their top-level nodes only. */
  static final int MAX_EDITS = 100;

  private final StateBuilder events;
  private final Consumer<ContainerNode> publish;

  SystemEvents(Schema schema, Consumer<ContainerNode> publish) {
    events = new StateBuilder(schema.module(Namespaces.EVENTS));
    this.publish = publish;
  }

  void sessionStart(Actor actor) {
    publish.accept(container("netconf-session-start", by(actor)));
  }

  void sessionEnd(Actor actor, EndOfSession end) {
    List<DataContainerChild> children = by(actor);
    if (end.killedBy() != 0) {
      children.add(events.leaf("killed-by", Uint32.valueOf(end.killedBy())));
    }
    children.add(events.leaf("termination-reason", end.reason().text()));
    publish.accept(container("netconf-session-end", children));
  }

  private ContainerNode container(String name, List<DataContainerChild> children) {
    return events.container(name, children.toArray(DataContainerChild[]::new));
  }

  /** The common-session-parms. */
  private List<DataContainerChild> by(Actor actor) {
    List<DataContainerChild> parameters = new ArrayList<>();
    parameters.add(events.leaf("username", actor.user()));
    parameters.add(events.leaf("session-id", Uint32.valueOf(actor.session())));
    if (isAddress(actor.host())) {
      parameters.add(events.leaf("source-host", actor.host()));
    }
    return parameters;
  }

  private static boolean isAddress(String host) {
    try {
      return InetAddress.ofLiteral(host) != null;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  @Override
  public void changed(Actor by, Datastores.Name datastore, Change change) {
    DataContainerChild who =
        by.session() == 0
            ? events.choice("server-or-user", events.leaf("server", Empty.value()))
            : events.choice("server-or-user", by(by).toArray(DataContainerChild[]::new));
    List<DataContainerChild> children = new ArrayList<>();
    children.add(events.container("changed-by", who));
    children.add(events.leaf("datastore", datastore.toString()));
    if (!change.edits().isEmpty()) {
      children.add(edits(change));
    }
    publish.accept(container("netconf-config-change", children));
  }

  @Override
  public void confirmation(Actor by, Confirmation event, @Nullable Duration timeout) {
    List<DataContainerChild> children = event == Confirmation.TIMEOUT ? new ArrayList<>() : by(by);
    children.add(events.leaf("confirm-event", event.name().toLowerCase(Locale.ROOT)));
    if (timeout != null) {
      children.add(events.leaf("timeout", Uint32.valueOf(timeout.toSeconds())));
    }
    publish.accept(container("netconf-confirmed-commit", children));
  }

  private UnkeyedListNode edits(Change change) {
    Map<YangInstanceIdentifier, String> told = new LinkedHashMap<>();
    boolean all = change.edits().size() <= MAX_EDITS;
    for (Change.Edit edit : change.edits()) {
      if (all) {
        String operation =
            edit.before() == null ? "create" : edit.after() == null ? "delete" : "replace";
        told.put(edit.path(), operation);
      } else {
        told.put(YangInstanceIdentifier.of(edit.path().getPathArguments().getFirst()), "merge");
      }
    }
    NodeIdentifier id = new NodeIdentifier(events.name("edit"));
    var list = ImmutableNodes.newUnkeyedListBuilder().withNodeIdentifier(id);
    told.forEach(
        (path, operation) ->
            list.withChild(
                ImmutableNodes.newUnkeyedListEntryBuilder()
                    .withNodeIdentifier(id)
                    .withChild(events.leaf("target", path))
                    .withChild(events.leaf("operation", operation))
                    .build()));
    return list.build();
  }
}
