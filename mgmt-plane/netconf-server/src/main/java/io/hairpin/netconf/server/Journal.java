package io.hairpin.netconf.server;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifierWithPredicates;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeWithValue;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.PathArgument;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.DistinctNodeContainer;
import org.opendaylight.yangtools.yang.data.api.schema.NormalizedNode;
import org.opendaylight.yangtools.yang.data.api.schema.UserLeafSetNode;
import org.opendaylight.yangtools.yang.data.api.schema.UserMapNode;

/**
 * The documents that a {@link Storage} keeps: {@code <journal>} with one {@code <config>} for each
 * difference, which is an edit that the {@link Editor} can apply. A snapshot has one config with
 * everything.
 */
final class Journal {
  private static final String NAMESPACE = "urn:hairpin:netconf:journal";

  private Journal() {}

  static byte[] snapshot(Definition root, ContainerNode data) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (XmlWriter out = new XmlWriter(bytes)) {
      out.start(NAMESPACE, "journal").start(Namespaces.BASE, "config");
      new DataWriter(out).children(root, data);
      out.end().end();
    } catch (IOException e) {
      throw new AssertionError("writing to memory", e);
    }
    return bytes.toByteArray();
  }

  static byte[] record(Definition root, List<Change.Edit> edits) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (XmlWriter out = new XmlWriter(bytes)) {
      out.start(NAMESPACE, "journal");
      for (Change.Edit edit : edits) {
        out.start(Namespaces.BASE, "config");
        edit(out, root, edit);
        out.end();
      }
      out.end();
    } catch (IOException e) {
      throw new AssertionError("writing to memory", e);
    }
    return bytes.toByteArray();
  }

  /** Writes the elements on the way, with the keys of the entries, and the node with its fate. */
  private static void edit(XmlWriter out, Definition root, Change.Edit edit) throws IOException {
    DataWriter data = new DataWriter(out);
    List<PathArgument> steps = edit.path().getPathArguments();
    Definition at = root;
    int opened = 0;
    for (int i = 0; i < steps.size() - 1; i++) {
      PathArgument step = steps.get(i);
      at = at.step(step);
      if (step instanceof NodeIdentifierWithPredicates entry) {
        data.start(at, null);
        opened++;
        keys(data, at, entry);
      } else if (at.kind == Definition.Kind.CONTAINER && step.equals(at.id)) {
        data.start(at, null);
        opened++;
      }
    }
    PathArgument last = steps.getLast();
    at = at.step(last);
    NormalizedNode after = edit.after();
    NormalizedNode before = edit.before();
    if (isOrdered(before) || isOrdered(after)) {
      ordered(out, data, at, before, after);
    } else if (after != null) {
      data.node(at, after, "replace");
    } else {
      remove(out, data, at, last);
    }
    for (; opened > 0; opened--) {
      out.end();
    }
  }

  private static void keys(DataWriter data, Definition list, NodeIdentifierWithPredicates entry)
      throws IOException {
    for (QName key : list.keys) {
      Definition leaf = list.child(key);
      if (leaf != null) {
        data.value(leaf, Objects.requireNonNull(entry.getValue(key)), null);
      }
    }
  }

  private static void remove(
      XmlWriter out, DataWriter data, Definition definition, PathArgument last) throws IOException {
    if (last instanceof NodeWithValue<?> entry) {
      data.value(definition, entry.getValue(), "remove");
      return;
    }
    data.start(definition, "remove");
    if (last instanceof NodeIdentifierWithPredicates entry) {
      keys(data, definition, entry);
    }
    out.end();
  }

  private static boolean isOrdered(@Nullable NormalizedNode node) {
    return node instanceof UserMapNode || node instanceof UserLeafSetNode<?>;
  }

  /** Removes the entries that go and puts those that stay to the end, one after the other. */
  private static void ordered(
      XmlWriter out,
      DataWriter data,
      Definition definition,
      @Nullable NormalizedNode before,
      @Nullable NormalizedNode after)
      throws IOException {
    if (before instanceof DistinctNodeContainer<?, ?> gone) {
      for (NormalizedNode entry : gone.body()) {
        if (after == null || Differences.child(after, entry.name()) == null) {
          remove(out, data, definition, entry.name());
        }
      }
    }
    if (after instanceof DistinctNodeContainer<?, ?> there) {
      for (NormalizedNode entry : there.body()) {
        data.appending().node(definition, entry, "replace");
      }
    }
  }

  /** Applies a document to what was read before it. */
  static ContainerNode replay(Definition root, ContainerNode data, byte[] document)
      throws IOException {
    Element journal;
    try {
      journal = XmlParser.parse(new ByteArrayInputStream(document));
    } catch (XmlParser.MalformedException e) {
      throw new IOException(e.getMessage(), e);
    }
    if (!journal.is(NAMESPACE, "journal")) {
      throw new IOException("%s in place of journal".formatted(journal.name));
    }
    ContainerNode result = data;
    for (Element config : journal.children()) {
      try {
        result = Editor.edit(root, result, config, Editor.Operation.MERGE, false).root();
      } catch (RpcException e) {
        RpcError error = e.errors().getFirst();
        throw new IOException("%s (at %s)".formatted(error.message(), error.path()), e);
      }
    }
    return result;
  }
}
