package io.hairpin.netconf.server;

import static io.hairpin.netconf.server.Parameters.invalid;
import static io.hairpin.netconf.server.Parameters.only;
import static io.hairpin.netconf.server.Parameters.required;

import io.hairpin.netconf.server.Sources.Datastore;
import io.hairpin.netconf.server.Sources.File;
import io.hairpin.netconf.server.Sources.Inline;
import io.hairpin.netconf.server.Sources.Place;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;

/** The operations that change configuration datastores, other than commit, and validate. */
final class Configuration {
  private final Definition root;
  private final Datastores datastores;
  private final Sources sources;

  Configuration(Definition root, Datastores datastores, Sources sources) {
    this.root = root;
    this.datastores = datastores;
    this.sources = sources;
  }

  void register(Operations operations) {
    operations.add(Namespaces.BASE, "edit-config", this::editConfig);
    operations.add(Namespaces.BASE, "copy-config", this::copyConfig);
    operations.add(Namespaces.BASE, "delete-config", this::deleteConfig);
    operations.add(Namespaces.BASE, "discard-changes", this::discardChanges);
    operations.add(Namespaces.BASE, "validate", this::validate);
  }

  private Reply editConfig(Session session, Element input) throws RpcException {
    only(input, "target", "default-operation", "test-option", "error-option", "config", "url");
    Datastores.Name target = sources.datastore(required(input, "target"));
    if (target == Datastores.Name.STARTUP) {
      throw RpcError.protocol(ErrorTag.BAD_ELEMENT, "startup is changed by copy-config only")
          .withInfo("bad-element", "startup")
          .asException();
    }
    sources.demandWritable(target);
    Editor.Operation defaultOperation = Editor.Operation.MERGE;
    Element given = input.child("default-operation").orElse(null);
    if (given != null) {
      String text = given.text().strip();
      if (!Set.of("merge", "replace", "none").contains(text)) {
        throw invalid(given, "merge, replace or none");
      }
      defaultOperation = Editor.Operation.valueOf(text.toUpperCase(Locale.ROOT));
    }
    // Constraints of a candidate are checked at validate and commit (RFC 7950 section 8.3.3),
    // unless
    // the client asks for it now.
    Datastores.Test test = Datastores.Test.NONE;
    given = input.child("test-option").orElse(null);
    if (given != null) {
      test =
          switch (given.text().strip()) {
            case "set" -> Datastores.Test.NONE;
            case "test-then-set" -> Datastores.Test.THEN_SET;
            case "test-only" -> Datastores.Test.ONLY;
            default -> throw invalid(given, "test-then-set, set or test-only");
          };
    }
    boolean continueOnError = false;
    given = input.child("error-option").orElse(null);
    if (given != null) {
      continueOnError =
          switch (given.text().strip()) {
            case "stop-on-error", "rollback-on-error" -> false;
            case "continue-on-error" -> true;
            default ->
                throw invalid(given, "stop-on-error, continue-on-error or rollback-on-error");
          };
    }
    datastores.edit(
        session.actor(), target, content(input), defaultOperation, continueOnError, test);
    return Reply.OK;
  }

  /** The config, or the file that the url names. */
  private Element content(Element input) throws RpcException {
    Element url = input.child("url").orElse(null);
    if (url == null) {
      return required(input, "config");
    }
    if (input.child("config").isPresent()) {
      throw RpcError.protocol(ErrorTag.BAD_ELEMENT, "config and url exclude each other")
          .withInfo("bad-element", "url")
          .asException();
    }
    return sources.files().read(url);
  }

  private Reply copyConfig(Session session, Element input) throws RpcException {
    only(input, "target", "source", "with-defaults");
    Defaults defaults = Defaults.of(input);
    Place target = sources.place(required(input, "target"));
    Place source = sources.place(required(input, "source"));
    Actor actor = session.actor();
    if (target instanceof Datastore(Datastores.Name name)) {
      sources.demandWritable(name);
    }
    if (isSame(source, target)) {
      throw RpcError.protocol(ErrorTag.INVALID_VALUE, "source and target are the same")
          .withInfo("bad-element", "target")
          .asException();
    }
    ContainerNode data = sources.read(source, actor);
    switch (target) {
      case Datastore(Datastores.Name name) -> datastores.copy(actor, name, as(defaults, data));
      case File(Element url) -> sources.files().write(url, out -> defaults.write(out, root, data));
      case Inline inline -> throw new IllegalStateException("no operation has such a target");
    }
    return Reply.OK;
  }

  /** A configuration as it would be read with its defaults treated in a mode. */
  private ContainerNode as(Defaults mode, ContainerNode data) throws RpcException {
    if (mode == Defaults.EXPLICIT) {
      return data;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (XmlWriter out = new XmlWriter(bytes)) {
      out.start(Namespaces.BASE, "config");
      mode.write(out, root, data);
      out.end();
      out.flush();
      return datastores.parse(XmlParser.parse(new ByteArrayInputStream(bytes.toByteArray())));
    } catch (IOException | XmlParser.MalformedException e) {
      throw new IllegalStateException("what was just written cannot be read", e);
    }
  }

  private boolean isSame(Place source, Place target) throws RpcException {
    if (source instanceof File(Element from) && target instanceof File(Element to)) {
      return sources.files().resolve(from).equals(sources.files().resolve(to));
    }
    return source.equals(target);
  }

  private Reply deleteConfig(Session session, Element input) throws RpcException {
    only(input, "target");
    switch (sources.place(required(input, "target"))) {
      case Datastore(Datastores.Name name) when name == Datastores.Name.STARTUP ->
          datastores.deleteStartup(session.actor());
      case File(Element url) -> sources.files().delete(url);
      case Datastore(Datastores.Name name) ->
          throw RpcError.protocol(
                  ErrorTag.OPERATION_NOT_SUPPORTED, name + " cannot be deleted, only edited")
              .asException();
      case Inline inline -> throw new IllegalStateException("no operation has such a target");
    }
    return Reply.OK;
  }

  private Reply discardChanges(Session session, Element input) throws RpcException {
    only(input);
    datastores.discard(session.actor());
    return Reply.OK;
  }

  private Reply validate(Session session, Element input) throws RpcException {
    only(input, "source");
    Place source = sources.place(required(input, "source"));
    if (source instanceof Datastore(Datastores.Name name)) {
      datastores.validate(name, session.actor());
    } else {
      datastores.validate(sources.read(source, session.actor()));
    }
    return Reply.OK;
  }
}
