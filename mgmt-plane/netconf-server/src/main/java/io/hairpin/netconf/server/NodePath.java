package io.hairpin.netconf.server;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.common.QNameModule;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifierWithPredicates;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeWithValue;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.PathArgument;
import org.opendaylight.yangtools.yang.model.api.Module;

/**
 * A node-instance-identifier (RFC 8341 section 3.6): the path to data nodes, an action or a
 * notification; keys that are not given stand for any. The text has modules' names as prefixes.
 */
record NodePath(List<Step> steps) {
  private static final String NAME = "[A-Za-z_][A-Za-z0-9_.-]*";
  private static final Pattern STEP = Pattern.compile("/(?:(" + NAME + "):)?(" + NAME + ")");
  private static final Pattern PREDICATE =
      Pattern.compile(
          "\\[\\s*(?:\\.|(?:"
              + NAME
              + ":)?("
              + NAME
              + "))\\s*=\\s*(?:'([^']*)'|\"([^\"]*)\"|(\\$USER))\\s*\\]");

  /**
   * One node.
   *
   * @param keys the values that keys must have; of an entry of a leaf-list, its value at its name
   */
  record Step(QName name, Map<QName, Object> keys) {
    boolean matches(QName node, @Nullable PathArgument entry) {
      if (!name.equals(node)) {
        return false;
      }
      return switch (entry) {
        case NodeIdentifierWithPredicates named ->
            keys.entrySet().stream()
                .allMatch(key -> Objects.deepEquals(key.getValue(), named.getValue(key.getKey())));
        case NodeWithValue<?> value ->
            keys.isEmpty() || Objects.deepEquals(value.getValue(), keys.get(node));
        case null, default -> true;
      };
    }
  }

  NodePath {
    steps = List.copyOf(steps);
  }

  /**
   * Parses a path.
   *
   * @param user stands for {@code $USER}
   * @throws IllegalArgumentException if it is none, or leads to nothing in the schema
   */
  static NodePath parse(String text, Definition root, String user) {
    List<Step> steps = new ArrayList<>();
    Definition at = root;
    QNameModule module = null;
    Matcher step = STEP.matcher(text);
    Matcher predicate = PREDICATE.matcher(text);
    int end = text.length();
    while (end > 0 && Character.isWhitespace(text.charAt(end - 1))) {
      end--;
    }
    int place = 0;
    while (place < end) {
      if (!step.find(place) || step.start() != place) {
        throw new IllegalArgumentException(
            "'%s' is no path of the form /MODULE:NODE[MODULE:KEY='VALUE']/NODE".formatted(text));
      }
      place = step.end();
      String prefix = step.group(1);
      if (prefix != null) {
        module =
            root.context().findModules(prefix).stream()
                .map(Module::getQNameModule)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no module " + prefix));
      }
      Definition child =
          module == null ? null : at.childOrGuest(QName.create(module, step.group(2)));
      if (child == null) {
        throw new IllegalArgumentException(
            "'%s' leads to no node: there is no %s in %s"
                .formatted(text, step.group(), steps.isEmpty() ? "the schema" : at.localName()));
      }
      at = child;
      Map<QName, Object> keys = new LinkedHashMap<>();
      while (predicate.find(place) && predicate.start() == place) {
        place = predicate.end();
        Definition leaf =
            predicate.group(1) == null ? at : at.child(QName.create(at.name(), predicate.group(1)));
        if (leaf == null || (leaf.equals(at) == at.keys.contains(leaf.name()))) {
          throw new IllegalArgumentException(
              "'%s' names what is no key: %s".formatted(text, predicate.group()));
        }
        keys.put(leaf.name(), value(leaf, predicate, user));
      }
      steps.add(new Step(at.name(), Map.copyOf(keys)));
    }
    return new NodePath(steps);
  }

  private static Object value(Definition leaf, Matcher predicate, String user) {
    String text = predicate.group(2) != null ? predicate.group(2) : predicate.group(3);
    try {
      return Values.parse(
          leaf,
          predicate.group(4) != null || text == null ? user : text,
          leaf.moduleScope(),
          YangInstanceIdentifier.of(leaf.id));
    } catch (RpcException e) {
      throw new IllegalArgumentException(e.errors().getFirst().message(), e);
    }
  }
}
