package io.hairpin.netconf.server;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.common.Uint32;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifier;
import org.opendaylight.yangtools.yang.data.api.schema.ChoiceNode;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerChild;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.ForeignDataNode;
import org.opendaylight.yangtools.yang.data.api.schema.LeafNode;
import org.opendaylight.yangtools.yang.data.api.schema.LeafSetNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapEntryNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapNode;
import org.opendaylight.yangtools.yang.data.spi.node.ImmutableNodes;

/** Understands what a request for a subscription asks for, and refuses what cannot be. */
final class TermsReader {
  /** No update is sent sooner after the one before. */
  static final Duration SHORTEST_PERIOD = Duration.ofMillis(100);

  private final Definition root;
  private final Element.Scope moduleNames;
  private final Datastores datastores;
  private final Time time;
  private final StateBuilder sn;
  private final StateBuilder yp;

  TermsReader(Schema schema, Datastores datastores, Time time) {
    root = schema.root();
    moduleNames = schema.moduleNames();
    this.datastores = datastores;
    this.time = time;
    sn = new StateBuilder(schema.module(Namespaces.SUBSCRIBED));
    yp = new StateBuilder(schema.module(Namespaces.PUSH));
  }

  /** A node, whatever choices it stands in. */
  static @Nullable DataContainerChild find(@Nullable DataContainerNode holder, QName name) {
    if (holder == null) {
      return null;
    }
    for (DataContainerChild child : holder.body()) {
      DataContainerChild found =
          child instanceof ChoiceNode choice
              ? find(choice, name)
              : child.name().getNodeType().equals(name) ? child : null;
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private static @Nullable Object value(@Nullable DataContainerNode holder, QName name) {
    return find(holder, name) instanceof LeafNode<?> leaf ? leaf.body() : null;
  }

  private static @Nullable Instant instant(@Nullable DataContainerNode holder, QName name)
      throws RpcException {
    Object value = value(holder, name);
    try {
      return value == null ? null : OffsetDateTime.parse(value.toString()).toInstant();
    } catch (DateTimeParseException e) {
      throw bad(name.getLocalName(), "there is no time " + value);
    }
  }

  private static Duration centiseconds(Object value) {
    return Duration.ofMillis(10 * ((Uint32) value).longValue());
  }

  private static RpcException bad(String leaf, String message) {
    return RpcError.application(ErrorTag.INVALID_VALUE, message)
        .withInfo("bad-element", leaf)
        .asException();
  }

  /** What establish-subscription asks for. */
  Terms established(Actor actor, ContainerNode input) throws RpcException {
    boolean stream = find(input, sn.name("stream")) != null;
    return read(
        actor,
        input,
        stream
            ? SubscriptionError.Request.ESTABLISH_STREAM
            : SubscriptionError.Request.ESTABLISH_DATASTORE);
  }

  /** What a subscription is after modify-subscription; what that does not name stays. */
  Terms modified(Actor actor, Terms before, ContainerNode input) throws RpcException {
    boolean stream = before.target() instanceof Terms.Stream;
    if (stream == (find(input, yp.name("datastore")) != null)) {
      throw bad(
          stream ? "datastore" : "stream-filter",
          "the subscription is to a %s and stays so".formatted(stream ? "stream" : "datastore"));
    }
    for (String trigger : List.of("periodic", "on-change")) {
      if (find(input, yp.name(trigger)) != null
          && find(before.parameters(), yp.name(trigger)) == null) {
        throw bad(trigger, "the subscription is not %s and stays so".formatted(trigger));
      }
    }
    return read(
        actor,
        merged(before.parameters(), input),
        stream
            ? SubscriptionError.Request.MODIFY_STREAM
            : SubscriptionError.Request.MODIFY_DATASTORE);
  }

  private ContainerNode merged(ContainerNode before, ContainerNode input) {
    var all = ImmutableNodes.newContainerBuilder().withNodeIdentifier(before.name());
    before.body().forEach(all::withChild);
    for (DataContainerChild child : input.body()) {
      if (!child.name().getNodeType().equals(sn.name("id"))) {
        all.withChild(kept(child, before));
      }
    }
    return all.build();
  }

  /** A new choice or container with what of the old one cannot be modified. */
  private DataContainerChild kept(DataContainerChild child, ContainerNode before) {
    Set<QName> fixed =
        Set.of(
            sn.name("stream"),
            sn.name("replay-start-time"),
            yp.name("sync-on-start"),
            yp.name("excluded-change"));
    return switch (child) {
      case ChoiceNode choice -> {
        var builder = ImmutableNodes.newChoiceBuilder().withNodeIdentifier(choice.name());
        choice.body().forEach(below -> builder.withChild(kept(below, before)));
        if (choice.name().getNodeType().equals(sn.name("target"))) {
          fixed.stream()
              .filter(name -> name.getModule().equals(sn.module()))
              .map(name -> find(before, name))
              .forEach(
                  old -> {
                    if (old != null) {
                      builder.withChild(old);
                    }
                  });
        }
        yield builder.build();
      }
      case ContainerNode container
          when container.name().getNodeType().equals(yp.name("on-change")) -> {
        var builder = ImmutableNodes.newContainerBuilder().withNodeIdentifier(container.name());
        container.body().forEach(builder::withChild);
        DataContainerNode old =
            find(before, yp.name("on-change")) instanceof ContainerNode c ? c : null;
        for (QName name : fixed) {
          DataContainerChild value = find(old, name);
          if (value != null) {
            builder.withChild(value);
          }
        }
        yield builder.build();
      }
      default -> child;
    };
  }

  /** The same terms with the filter as it is configured now; null if it is no more. */
  @Nullable Terms renewed(Actor actor, Terms before) {
    try {
      return read(
          actor,
          before.parameters(),
          before.target() instanceof Terms.Stream
              ? SubscriptionError.Request.MODIFY_STREAM
              : SubscriptionError.Request.MODIFY_DATASTORE);
    } catch (RpcException e) {
      return null;
    }
  }

  private Terms read(Actor actor, ContainerNode input, SubscriptionError.Request request)
      throws RpcException {
    Instant until = instant(input, sn.name("stop-time"));
    Instant from = instant(input, sn.name("replay-start-time"));
    boolean isNew =
        request == SubscriptionError.Request.ESTABLISH_STREAM
            || request == SubscriptionError.Request.ESTABLISH_DATASTORE;
    if (isNew && from != null && !from.isBefore(time.now())) {
      throw bad("replay-start-time", "replay-start-time is not before now");
    }
    if (until != null && from != null && !until.isAfter(from)) {
      throw bad("stop-time", "stop-time is not after replay-start-time");
    }
    if (isNew && until != null && from == null && !until.isAfter(time.now())) {
      throw bad("stop-time", "stop-time is not after now");
    }
    Object filterName = value(input, sn.name("stream-filter-name"));
    if (filterName == null) {
      filterName = value(input, yp.name("selection-filter-ref"));
    }
    Object stream = value(input, sn.name("stream"));
    Terms.Target target =
        stream != null
            ? stream(actor, input, stream.toString(), filterName, from, request)
            : datastore(actor, input, filterName, request);
    return new Terms(input, target, filterName == null ? null : filterName.toString(), until);
  }

  /** The holder of a filter-spec: the input itself, or the configured filter that it names. */
  private DataContainerNode filterSpec(
      Actor actor,
      DataContainerNode input,
      StateBuilder module,
      String list,
      String key,
      @Nullable Object name,
      SubscriptionError.Request request)
      throws RpcException {
    if (name == null) {
      return input;
    }
    ContainerNode running = datastores.read(Datastores.Name.RUNNING, Actor.SERVER);
    var filters = ImmutableNodes.newContainerBuilder().withNodeIdentifier(running.name());
    DataContainerChild configured = running.childByArg(new NodeIdentifier(sn.name("filters")));
    if (configured != null) {
      filters.withChild(configured);
    }
    ContainerNode readable = datastores.access().of(actor).readable(filters.build());
    DataContainerChild all = find(readable, sn.name("filters"));
    MapEntryNode entry =
        all instanceof ContainerNode container
                && find(container, module.name(list)) instanceof MapNode entries
            ? entries.childByArg(module.entry(list, Map.of(key, name), List.of()).name())
            : null;
    if (entry != null) {
      return entry;
    }
    throw SubscriptionError.FILTER_UNSUPPORTED.in(
        request,
        "there is no %s '%s'".formatted(list, name),
        Map.of("filter-failure-hint", "there is no %s '%s'".formatted(list, name)));
  }

  private Element scope(String name) {
    return new Element("", name, moduleNames, List.of());
  }

  private static RpcException unsupported(SubscriptionError.Request request, RpcException e) {
    String why = e.errors().getFirst().message();
    return SubscriptionError.FILTER_UNSUPPORTED.in(
        request, why, Map.of("filter-failure-hint", why));
  }

  private Terms.Stream stream(
      Actor actor,
      ContainerNode input,
      String stream,
      @Nullable Object filterName,
      @Nullable Instant from,
      SubscriptionError.Request request)
      throws RpcException {
    if (!stream.equals(Notifications.STREAM)) {
      throw bad("stream", "stream is '%s', not %s".formatted(stream, Notifications.STREAM));
    }
    for (String trigger : List.of("periodic", "on-change")) {
      if (find(input, yp.name(trigger)) != null) {
        throw bad(trigger, trigger + " is for datastores, not for streams");
      }
    }
    DataContainerNode spec =
        filterSpec(actor, input, sn, "stream-filter", "name", filterName, request);
    EventFilter filter = new EventFilter.All();
    if (find(spec, sn.name("stream-subtree-filter")) instanceof ForeignDataNode<?> any
        && any.body() instanceof Element element) {
      filter = new EventFilter.Subtree(new Filter(element));
    }
    Object xpath = value(spec, sn.name("stream-xpath-filter"));
    if (xpath != null) {
      try {
        filter =
            new EventFilter.Expression(
                XPath.parse(xpath.toString(), scope("stream-xpath-filter"), root.context()));
      } catch (RpcException e) {
        throw unsupported(request, e);
      }
    }
    return new Terms.Stream(filter, from);
  }

  private Terms.Datastore datastore(
      Actor actor,
      ContainerNode input,
      @Nullable Object filterName,
      SubscriptionError.Request request)
      throws RpcException {
    String name =
        value(input, yp.name("datastore")) instanceof QName identity ? identity.getLocalName() : "";
    List<String> known = new ArrayList<>();
    datastores.names().forEach(each -> known.add(each.toString()));
    known.add(Nmda.OPERATIONAL);
    if (!known.contains(name)) {
      throw SubscriptionError.DATASTORE_NOT_SUBSCRIBABLE.in(
          request, "datastore is '%s', not one of %s".formatted(name, known), Map.of());
    }
    if (find(input, sn.name("replay-start-time")) != null) {
      throw bad("replay-start-time", "datastores have no replay");
    }
    DataContainerNode spec =
        filterSpec(actor, input, yp, "selection-filter", "filter-id", filterName, request);
    Selection selection = Selection.EVERYTHING;
    if (find(spec, yp.name("datastore-subtree-filter")) instanceof ForeignDataNode<?> any
        && any.body() instanceof Element element) {
      selection = new Filter(element);
    }
    Object xpath = value(spec, yp.name("datastore-xpath-filter"));
    if (xpath != null) {
      try {
        selection = new XPathFilter(root, xpath.toString(), scope("datastore-xpath-filter"));
        // Whether it selects nodes is seen when it is evaluated.
        selection.select(root, Datastores.empty());
      } catch (RpcException e) {
        throw unsupported(request, e);
      }
    }
    if (root.all().stream().noneMatch(selection::mayTouch)) {
      throw SubscriptionError.UNCHANGING_SELECTION.in(
          request, "the filter selects nothing that the schema has", Map.of());
    }
    return new Terms.Datastore(name, selection, trigger(input, request));
  }

  private Terms.Trigger trigger(ContainerNode input, SubscriptionError.Request request)
      throws RpcException {
    if (find(input, yp.name("periodic")) instanceof ContainerNode periodic) {
      Object period = value(periodic, yp.name("period"));
      Duration every = period == null ? Duration.ZERO : centiseconds(period);
      if (every.compareTo(SHORTEST_PERIOD) < 0) {
        long shortest = SHORTEST_PERIOD.toMillis() / 10;
        throw SubscriptionError.PERIOD_UNSUPPORTED.in(
            request,
            "period is %s, and %d centiseconds is the shortest".formatted(period, shortest),
            Map.of("period-hint", shortest));
      }
      return new Terms.Periodic(every, instant(periodic, yp.name("anchor-time")));
    }
    if (find(input, yp.name("on-change")) instanceof ContainerNode change) {
      Object dampening = value(change, yp.name("dampening-period"));
      Set<String> excluded = new HashSet<>();
      if (find(change, yp.name("excluded-change")) instanceof LeafSetNode<?> list) {
        list.body().forEach(entry -> excluded.add(entry.body().toString()));
      }
      return new Terms.OnChange(
          dampening == null ? Duration.ZERO : centiseconds(dampening),
          !Boolean.FALSE.equals(value(change, yp.name("sync-on-start"))),
          excluded);
    }
    throw RpcError.application(
            ErrorTag.MISSING_ELEMENT, "a subscription to a datastore is periodic or on-change")
        .withInfo("bad-element", "periodic")
        .asException();
  }
}
