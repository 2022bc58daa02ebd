package io.hairpin.netconf.server;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.Empty;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.common.QNameModule;
import org.opendaylight.yangtools.yang.common.XMLNamespace;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifierWithPredicates;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeWithValue;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.PathArgument;
import org.opendaylight.yangtools.yang.data.api.YangNetconfErrorAware;
import org.opendaylight.yangtools.yang.model.api.EffectiveModelContext;
import org.opendaylight.yangtools.yang.model.api.IdentitySchemaNode;
import org.opendaylight.yangtools.yang.model.api.ModuleLike;
import org.opendaylight.yangtools.yang.model.api.TypeAware;
import org.opendaylight.yangtools.yang.model.api.TypeDefinition;
import org.opendaylight.yangtools.yang.model.api.type.IdentityrefTypeDefinition;
import org.opendaylight.yangtools.yang.model.api.type.LeafrefTypeDefinition;
import org.opendaylight.yangtools.yang.model.api.type.StringTypeDefinition;
import org.opendaylight.yangtools.yang.model.api.type.UnionTypeDefinition;

/** Values and paths as text (RFC 7950 section 9), both ways. */
final class Values {
  /** A literal, or a prefix and what follows it. */
  private static final Pattern PREFIX =
      Pattern.compile("'[^']*'|\"[^\"]*\"|([A-Za-z_][A-Za-z0-9_.-]*):(?=[A-Za-z_*])");

  private Values() {}

  /** The prefixes that a text uses, to be declared on its element. */
  static final class Prefixes {
    private final EffectiveModelContext context;
    private final Map<QNameModule, String> used = new HashMap<>();

    Prefixes(EffectiveModelContext context) {
      this.context = context;
    }

    String of(QNameModule module) {
      String known = used.get(module);
      if (known != null) {
        return known;
      }
      String wanted = context.findModule(module).map(ModuleLike::getPrefix).orElse("ns");
      String prefix = wanted;
      for (int i = 2; used.containsValue(prefix); i++) {
        prefix = wanted + i;
      }
      used.put(module, prefix);
      return prefix;
    }

    /** The prefixes as a parser has them in scope. */
    Element.Scope scope() {
      Element.Scope scope = Element.Scope.NONE;
      for (Map.Entry<QNameModule, String> prefix : used.entrySet()) {
        scope = new Element.Scope(scope, prefix.getValue(), "" + prefix.getKey().namespace());
      }
      return scope;
    }

    void declare(XmlWriter out) {
      used.forEach((module, prefix) -> out.attribute("xmlns:" + prefix, "" + module.namespace()));
    }
  }

  /** Parses the text of a leaf or leaf-list entry. */
  static Object parse(Definition definition, Element element, YangInstanceIdentifier path)
      throws RpcException {
    if (!element.children().isEmpty()) {
      throw RpcError.application(
              ErrorTag.BAD_ELEMENT,
              "%s takes a value, not elements such as %s"
                  .formatted(element.name, element.children().getFirst().name))
          .withPath(path)
          .withInfo("bad-element", element.children().getFirst().name)
          .asException();
    }
    return parse(definition, element.text(), element.scope, path);
  }

  static Object parse(
      Definition definition, String text, Element.Scope scope, YangInstanceIdentifier path)
      throws RpcException {
    TypeDefinition<?> type = type(definition);
    boolean verbatim =
        type instanceof StringTypeDefinition
            || type instanceof UnionTypeDefinition
            || type instanceof LeafrefTypeDefinition;
    try {
      Object value = definition.codec().parseValue(scope, verbatim ? text : text.strip());
      if (definition.xpath && value instanceof String expression) {
        value = withModuleNames(expression, scope, definition.context());
      }
      if (type instanceof IdentityrefTypeDefinition identityref && value instanceof QName name) {
        checkDerived(definition.context(), identityref, name);
      }
      if (value instanceof Empty && !text.isBlank()) {
        throw new IllegalArgumentException("type empty has no text");
      }
      if (value instanceof String hash && hash.startsWith("$") && CryptHash.is(type)) {
        return CryptHash.stored(hash);
      }
      return value;
    } catch (RuntimeException e) {
      // The codecs throw whatever the JDK's parsers throw; all of it means a value out of its type.
      String appTag = null;
      boolean secret = CryptHash.is(type);
      if (e instanceof YangNetconfErrorAware aware && !aware.getNetconfErrors().isEmpty()) {
        appTag = aware.getNetconfErrors().getFirst().appTag();
      }
      throw RpcError.application(
              ErrorTag.INVALID_VALUE,
              "'%s' is not a value of %s (type %s): %s"
                  .formatted(
                      secret ? "..." : shorten(text),
                      definition.localName(),
                      type == null ? "?" : type.getQName().getLocalName(),
                      secret ? CryptHash.why(e) : why(e)))
          .withPath(path)
          .withAppTag(appTag)
          .asException();
    }
  }

  /** The first line of what a codec says; what may follow explains the syntax of numbers. */
  private static String why(RuntimeException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private static String shorten(String text) {
    return text.length() <= 80 ? text : text.substring(0, 80) + "...";
  }

  private static @Nullable TypeDefinition<?> type(Definition definition) {
    TypeAware typed = definition.typed();
    return typed == null ? null : typed.getType();
  }

  private static void checkDerived(
      EffectiveModelContext context, IdentityrefTypeDefinition type, QName name) {
    for (IdentitySchemaNode base : type.getIdentities()) {
      if (!isDerived(context, name, base.getQName())) {
        throw new IllegalArgumentException(
            "identity %s is not derived from %s"
                .formatted(name.getLocalName(), base.getQName().getLocalName()));
      }
    }
  }

  private static Optional<? extends IdentitySchemaNode> identity(
      EffectiveModelContext context, QName name) {
    return context.findModule(name.getModule()).stream()
        .flatMap(module -> module.getIdentities().stream())
        .filter(identity -> identity.getQName().equals(name))
        .findFirst();
  }

  /** Whether an identity is derived from another; none is derived from itself. */
  static boolean isDerived(EffectiveModelContext context, QName name, QName base) {
    return identity(context, name).filter(found -> isDerived(found, base)).isPresent();
  }

  private static boolean isDerived(IdentitySchemaNode identity, QName base) {
    for (IdentitySchemaNode parent : identity.getBaseIdentities()) {
      if (parent.getQName().equals(base) || isDerived(parent, base)) {
        return true;
      }
    }
    return false;
  }

  /** An expression with the names of modules as its prefixes, which need no scope. */
  private static String withModuleNames(
      String text, Element.Scope scope, EffectiveModelContext context) {
    return PREFIX
        .matcher(text)
        .replaceAll(
            match -> {
              String prefix = match.group(1);
              if (prefix == null) {
                return Matcher.quoteReplacement(match.group());
              }
              String uri = scope.getNamespaceURI(prefix);
              if (uri == null && !context.findModules(prefix).isEmpty()) {
                return Matcher.quoteReplacement(match.group());
              }
              if (uri == null) {
                throw new IllegalArgumentException("prefix %s is not declared".formatted(prefix));
              }
              return Matcher.quoteReplacement(
                  context.findModules(XMLNamespace.of(uri)).stream()
                          .map(ModuleLike::getName)
                          .findFirst()
                          .orElseThrow(
                              () ->
                                  new IllegalArgumentException(
                                      "no module has namespace '%s'".formatted(uri)))
                      + ":");
            });
  }

  /** The prefixes that an expression uses are names of modules. */
  private static String expression(String text, Definition definition, Prefixes prefixes) {
    Matcher match = PREFIX.matcher(text);
    while (match.find()) {
      String name = match.group(1);
      if (name != null) {
        definition.context().findModules(name).stream()
            .findFirst()
            .ifPresent(module -> prefixes.used.put(module.getQNameModule(), name));
      }
    }
    return text;
  }

  /** The canonical text of a value. */
  static String text(Definition definition, Object value, Prefixes prefixes) {
    return switch (value) {
      case String text when definition.xpath -> expression(text, definition, prefixes);
      case String text -> text;
      case QName name -> prefixes.of(name.getModule()) + ":" + name.getLocalName();
      case YangInstanceIdentifier path -> path(definition.top(), path, prefixes);
      case Empty empty -> "";
      case byte[] bytes -> Base64.getEncoder().encodeToString(bytes);
      case Collection<?> bits ->
          bits.stream().map(String::valueOf).collect(Collectors.joining(" "));
      default -> value.toString();
    };
  }

  /** A value, or for octets, which are arrays, what equals other octets that are the same. */
  static Object equatable(Object value) {
    return value instanceof byte[] octets ? ByteBuffer.wrap(octets) : value;
  }

  /** A path as XPath 1.0 in the restricted form of an instance-identifier. */
  static String path(Definition root, YangInstanceIdentifier path, Prefixes prefixes) {
    StringBuilder text = new StringBuilder();
    Definition at = root;
    for (PathArgument step : path.getPathArguments()) {
      if (step instanceof NodeIdentifier || !step.getNodeType().equals(at.name())) {
        Definition child = at.childOrGuest(step.getNodeType());
        if (child == null) {
          continue;
        }
        at = child;
        text.append('/').append(name(at.name(), prefixes));
      }
      if (step instanceof NodeIdentifierWithPredicates entry) {
        for (Map.Entry<QName, Object> key : entry.entrySet()) {
          Definition leaf = at.child(key.getKey());
          text.append('[').append(name(key.getKey(), prefixes)).append('=');
          text.append(quote(text(leaf == null ? at : leaf, key.getValue(), prefixes))).append(']');
        }
      } else if (step instanceof NodeWithValue<?> entry) {
        text.append("[.=").append(quote(text(at, entry.getValue(), prefixes))).append(']');
      }
    }
    return text.isEmpty() ? "/" : text.toString();
  }

  private static String name(QName name, Prefixes prefixes) {
    return prefixes.of(name.getModule()) + ":" + name.getLocalName();
  }

  private static String quote(String text) {
    return text.contains("'") ? "\"" + text + "\"" : "'" + text + "'";
  }
}
