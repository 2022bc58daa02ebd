package io.hairpin.netconf.server;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
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
 * everything. Between them stands what became of a confirmed commit (RFC 6241 section 8.4): after
 * {@code <pending>} everything is to be undone until {@code <confirmed>} comes; {@code <reverted>}
 * undoes it.
 */
final class Journal {
  private static final String NAMESPACE = "urn:hairpin:netconf:journal";

  /** What a document says besides of what changes. */
  enum Mark {
    PENDING,
    CONFIRMED,
    REVERTED;

    private String element() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private Journal() {}

  /**
   * Everything.
   *
   * @param pending what a pending confirmed commit has changed since; null where there is none
   */
  static byte[] snapshot(Definition root, ContainerNode data, @Nullable List<Change.Edit> pending) {
    return write(
        out -> {
          out.start(Namespaces.BASE, "config");
          new DataWriter(out).children(root, data);
          out.end();
          if (pending != null) {
            out.leaf(NAMESPACE, Mark.PENDING.element(), null);
            edits(out, root, pending);
          }
        });
  }

  /**
   * A change.
   *
   * @param before what stands before the edits
   * @param after what stands after them
   */
  static byte[] record(
      Definition root, List<Mark> before, List<Change.Edit> edits, List<Mark> after) {
    return write(
        out -> {
          for (Mark mark : before) {
            out.leaf(NAMESPACE, mark.element(), null);
          }
          edits(out, root, edits);
          for (Mark mark : after) {
            out.leaf(NAMESPACE, mark.element(), null);
          }
        });
  }

  private static byte[] write(Reply content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (XmlWriter out = new XmlWriter(bytes)) {
      out.start(NAMESPACE, "journal");
      content.write(out);
      out.end();
    } catch (IOException e) {
      throw new AssertionError("writing to memory", e);
    }
    return bytes.toByteArray();
  }

  private static void edits(XmlWriter out, Definition root, List<Change.Edit> edits)
      throws IOException {
    for (Change.Edit edit : edits) {
      out.start(Namespaces.BASE, "config");
      edit(out, root, edit);
      out.end();
    }
  }

  /** Applies differences to another tree than the one that they were found in. */
  static Editor.Result apply(Definition root, ContainerNode data, List<Change.Edit> edits)
      throws RpcException {
    Element journal;
    try {
      journal =
          XmlParser.parse(new ByteArrayInputStream(record(root, List.of(), edits, List.of())));
    } catch (IOException | XmlParser.MalformedException e) {
      throw new IllegalStateException("a document that was just written cannot be read", e);
    }
    ContainerNode result = data;
    Touched touched = new Touched();
    for (Element config : journal.children()) {
      Editor.Result part = Editor.edit(root, result, config, Editor.Operation.MERGE, false);
      result = part.root();
      touched.add(part.touched());
    }
    return new Editor.Result(result, touched, List.of());
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

  /** Reads documents, one after the other. */
  static final class Replay {
    private final Definition root;
    private ContainerNode data;
    private @Nullable ContainerNode base;

    Replay(Definition root, ContainerNode empty) {
      this.root = root;
      data = empty;
    }

    /** The data as the documents leave it. */
    ContainerNode data() {
      return data;
    }

    /** What a confirmed commit that is still pending goes back to; null if there is none. */
    @Nullable ContainerNode base() {
      return base;
    }

    /**
     * Applies a document to what was read before it.
     *
     * @throws RpcException if the schema does not allow what it says
     */
    void add(byte[] document) throws IOException, RpcException {
      Element journal;
      try {
        journal = XmlParser.parse(new ByteArrayInputStream(document));
      } catch (XmlParser.MalformedException e) {
        throw new IOException(e.getMessage(), e);
      }
      if (!journal.is(NAMESPACE, "journal")) {
        throw new IOException("%s in place of journal".formatted(journal.name));
      }
      for (Element child : journal.children()) {
        if (child.is(Namespaces.BASE, "config")) {
          edit(child);
        } else {
          mark(child.name);
        }
      }
    }

    private void mark(String name) throws IOException {
      switch (name) {
        case "pending" -> base = base == null ? data : base;
        case "confirmed" -> base = null;
        case "reverted" -> {
          data = base == null ? data : base;
          base = null;
        }
        default -> throw new IOException("%s is not known here".formatted(name));
      }
    }

    private void edit(Element config) throws RpcException {
      data = Editor.edit(root, data, config, Editor.Operation.MERGE, false).root();
    }
  }
}
