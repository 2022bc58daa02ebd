package io.hairpin.netconf.server;

import static io.hairpin.netconf.server.Parameters.invalid;
import static io.hairpin.netconf.server.Parameters.only;
import static io.hairpin.netconf.server.Parameters.required;

import java.util.Locale;
import java.util.Set;
import org.opendaylight.yangtools.yang.common.ErrorTag;

/** The operations that change configuration datastores, other than commit, and validate. */
final class Configuration {
  private final Datastores datastores;
  private final Sources sources;

  Configuration(Datastores datastores) {
    this.datastores = datastores;
    sources = new Sources(datastores);
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
    Sources.writable(required(input, "target"));
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
    Sources.noUrl(input);
    Element config = required(input, "config");
    datastores.edit(session.id(), config, defaultOperation, continueOnError, test);
    return Reply.OK;
  }

  private Reply copyConfig(Session session, Element input) throws RpcException {
    only(input, "target", "source");
    Sources.writable(required(input, "target"));
    datastores.copyToCandidate(session.id(), sources.read(required(input, "source")));
    return Reply.OK;
  }

  private Reply deleteConfig(Session session, Element input) throws RpcException {
    only(input, "target");
    Datastores.Name target = Sources.datastore(required(input, "target"));
    throw RpcError.protocol(
            ErrorTag.OPERATION_NOT_SUPPORTED, target + " cannot be deleted, only edited")
        .asException();
  }

  private Reply discardChanges(Session session, Element input) throws RpcException {
    only(input);
    datastores.discard(session.id());
    return Reply.OK;
  }

  private Reply validate(Session session, Element input) throws RpcException {
    only(input, "source");
    datastores.validate(sources.read(required(input, "source")));
    return Reply.OK;
  }
}
