package io.hairpin.netconf.server;

import com.google.common.base.Throwables;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.xpath.XPathExpressionException;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.AbstractQName;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.common.QNameModule;
import org.opendaylight.yangtools.yang.common.XMLNamespace;
import org.opendaylight.yangtools.yang.common.YangNamespaceContext;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.model.api.EffectiveModelContext;
import org.opendaylight.yangtools.yang.model.api.Module;
import org.opendaylight.yangtools.yang.model.api.PathExpression;
import org.opendaylight.yangtools.yang.model.api.type.EnumTypeDefinition;
import org.opendaylight.yangtools.yang.model.api.type.InstanceIdentifierTypeDefinition;
import org.opendaylight.yangtools.yang.model.api.type.LeafrefTypeDefinition;
import org.opendaylight.yangtools.yang.xpath.api.YangBinaryExpr;
import org.opendaylight.yangtools.yang.xpath.api.YangBinaryOperator;
import org.opendaylight.yangtools.yang.xpath.api.YangBooleanConstantExpr;
import org.opendaylight.yangtools.yang.xpath.api.YangExpr;
import org.opendaylight.yangtools.yang.xpath.api.YangFilterExpr;
import org.opendaylight.yangtools.yang.xpath.api.YangFunctionCallExpr;
import org.opendaylight.yangtools.yang.xpath.api.YangLiteralExpr;
import org.opendaylight.yangtools.yang.xpath.api.YangLocationPath;
import org.opendaylight.yangtools.yang.xpath.api.YangNaryExpr;
import org.opendaylight.yangtools.yang.xpath.api.YangNegateExpr;
import org.opendaylight.yangtools.yang.xpath.api.YangNumberExpr;
import org.opendaylight.yangtools.yang.xpath.api.YangPathExpr;
import org.opendaylight.yangtools.yang.xpath.api.YangQNameExpr;
import org.opendaylight.yangtools.yang.xpath.api.YangXPathAxis;
import org.opendaylight.yangtools.yang.xpath.api.YangXPathExpression;
import org.opendaylight.yangtools.yang.xpath.api.YangXPathNodeType;
import org.opendaylight.yangtools.yang.xpath.api.YangXPathParserFactory;

/**
 * An XPath 1.0 expression with the functions of RFC 7950 section 10: evaluated over the accessible
 * tree, or over the schema to learn what it reads. Names without a prefix are in the namespace of
 * the node that has the expression. Immutable.
 */
final class XPath {
  private static final YangXPathParserFactory PARSERS =
      ServiceLoader.load(YangXPathParserFactory.class).findFirst().orElseThrow();
  private static final Pattern NUMBER = Pattern.compile("-?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)");

  /** The name test of all names of a namespace, which the parser does not have; or a literal. */
  private static final Pattern ANY_NAME =
      Pattern.compile("\"[^\"]*\"|'[^']*'|([\\p{L}_][\\p{L}\\p{N}._-]*):\\*");

  /**
   * A node that an expression reads.
   *
   * @param at what is read
   * @param pivot the node above both it and the context node, up to which the path climbed: one
   *     instance of it holds both
   */
  record Place(Definition at, Definition pivot) {
    @Nullable Place up() {
      Definition above = at.parent();
      return above == null ? null : new Place(above, at == pivot ? above : pivot);
    }
  }

  private record Context(DataNode node, int position, int size, DataNode current) {}

  private final YangExpr expression;

  /** What a name without a prefix is in; null for an expression of a request, see {@link #of}. */
  private final @Nullable QNameModule module;

  private final YangXPathExpression.@Nullable QualifiedBound source;

  private XPath(
      YangExpr expression,
      @Nullable QNameModule module,
      YangXPathExpression.@Nullable QualifiedBound source) {
    this.expression = expression;
    this.module = module;
    this.source = source;
  }

  static XPath of(YangXPathExpression.QualifiedBound source, QNameModule module) {
    return new XPath(source.getRootExpr(), module, source);
  }

  /**
   * An expression of a request, with the prefixes in scope at an element. A name without a prefix
   * is in the namespace of the node above, or in any that has such a node there.
   */
  static XPath parse(String text, Element at, EffectiveModelContext context) throws RpcException {
    try {
      var parsed =
          PARSERS
              .newParser(new Prefixes(at.scope, context))
              .parseExpression(withoutAnyName(text, at.scope));
      return new XPath(parsed.getRootExpr(), null, parsed);
    } catch (XPathExpressionException | RuntimeException e) {
      // The parser throws what its generated code throws.
      throw RpcError.protocol(
              ErrorTag.INVALID_VALUE,
              "'%s' is no XPath expression: %s"
                  .formatted(text, Throwables.getRootCause(e).getMessage()))
          .withInfo("bad-element", at.name)
          .asException();
    }
  }

  /** The same with {@code prefix:*} as a step of any name with a predicate of its namespace. */
  private static String withoutAnyName(String text, Element.Scope scope) {
    return ANY_NAME
        .matcher(text)
        .replaceAll(
            found -> {
              String prefix = found.group(1);
              if (prefix == null) {
                return Matcher.quoteReplacement(found.group());
              }
              String uri = scope.getNamespaceURI(prefix);
              if (uri == null || uri.isEmpty()) {
                throw new IllegalArgumentException("Prefix %s is not bound".formatted(prefix));
              }
              String quote = uri.contains("'") ? "\"" : "'";
              return Matcher.quoteReplacement("*[namespace-uri()=" + quote + uri + quote + "]");
            });
  }

  @SuppressWarnings("serial") // It is never serialized.
  private static final class Prefixes implements YangNamespaceContext {
    private final Element.Scope scope;
    private final EffectiveModelContext context;

    Prefixes(Element.Scope scope, EffectiveModelContext context) {
      this.scope = scope;
      this.context = context;
    }

    @Override
    public @Nullable QNameModule namespaceForPrefix(String prefix) {
      String uri = prefix.isEmpty() ? null : scope.getNamespaceURI(prefix);
      if (uri == null || uri.isEmpty()) {
        return null;
      }
      XMLNamespace namespace = XMLNamespace.of(uri);
      return context.findModules(namespace).stream()
          .findFirst()
          .map(Module::getQNameModule)
          .orElse(QNameModule.of(namespace));
    }

    @Override
    public @Nullable String prefixForNamespace(QNameModule namespace) {
      return scope.getPrefix(namespace.namespace().toString());
    }
  }

  /** The path of a leafref. */
  static XPath of(PathExpression path, QNameModule module) {
    YangExpr expression =
        switch (path.getSteps()) {
          case PathExpression.LocationPathSteps location -> location.getLocationPath();
          case PathExpression.DerefSteps deref ->
              YangPathExpr.of(
                  YangFunctionCallExpr.of(QName.create(module, "deref"), deref.getDerefArgument()),
                  deref.getRelativePath());
          default -> throw new IllegalArgumentException("no path: " + path);
        };
    return new XPath(expression, module, null);
  }

  boolean test(DataNode node) {
    return bool(evaluate(node));
  }

  /** Whether it is a path from the root by names, without predicates. */
  boolean isPath() {
    return expression instanceof YangLocationPath path
        && path.isAbsolute()
        && path.getSteps().stream()
            .allMatch(
                step ->
                    step instanceof YangLocationPath.QNameStep
                        && step.getAxis() == YangXPathAxis.CHILD
                        && step.getPredicates().isEmpty());
  }

  List<DataNode> select(DataNode node) {
    return nodes(evaluate(node));
  }

  private Object evaluate(DataNode node) {
    return eval(expression, new Context(node, 1, 1, node));
  }

  /** Whether a node that the expression selects has a value; a list's only key is looked up. */
  boolean selects(DataNode node, Object value) {
    if (expression instanceof YangLocationPath path && path.getSteps().size() > 1) {
      List<YangLocationPath.Step> steps = path.getSteps();
      YangLocationPath.Step last = steps.getLast();
      YangLocationPath.Step list = steps.get(steps.size() - 2);
      if (last instanceof YangLocationPath.QNameStep leaf
          && list instanceof YangLocationPath.QNameStep entries
          && last.getPredicates().isEmpty()
          && list.getPredicates().isEmpty()) {
        Context context = new Context(node, 1, 1, node);
        DataNode start = path.isAbsolute() ? node.root() : node;
        for (DataNode holder : walk(List.of(start), steps.subList(0, steps.size() - 2), context)) {
          Definition definition =
              holder.definition.child(name(entries.getQName(), holder.definition));
          if (definition == null
              || definition.kind != Definition.Kind.LIST
              || !definition.keys.equals(List.of(name(leaf.getQName(), definition)))) {
            return scan(node, value);
          }
          if (holder.entry(definition, definition.entry(new Object[] {value})) != null) {
            return true;
          }
        }
        return false;
      }
    }
    return scan(node, value);
  }

  private boolean scan(DataNode node, Object value) {
    return select(node).stream().anyMatch(target -> Objects.deepEquals(value, target.value));
  }

  private QName name(AbstractQName name, Definition parent) {
    if (name instanceof QName qualified) {
      return qualified;
    }
    String local = name.getLocalName();
    if (module != null) {
      return QName.create(module, local);
    }
    QName sibling = QName.create(parent.name().getModule(), local);
    List<Definition> named = parent.named(local);
    return named.isEmpty() || parent.child(sibling) != null ? sibling : named.getFirst().name();
  }

  private boolean isNamed(Definition definition, AbstractQName name) {
    Definition parent = definition.parent();
    return definition.localName().equals(name.getLocalName())
        && (parent == null || definition.name().equals(name(name, parent)));
  }

  private Object eval(YangExpr expr, Context context) {
    return switch (expr) {
      case YangBooleanConstantExpr constant -> constant == YangBooleanConstantExpr.TRUE;
      case YangLiteralExpr literal -> literal.getLiteral();
      case YangNumberExpr number -> number.getNumber().doubleValue();
      case YangNegateExpr negate -> -number(eval(negate.getSubExpr(), context));
      case YangLocationPath path ->
          walk(
              List.of(path.isAbsolute() ? context.node.root() : context.node),
              path.getSteps(),
              context);
      case YangPathExpr path -> {
        Object base = eval(path.getFilterExpr(), context);
        yield path.getLocationPath().isEmpty()
            ? base
            : walk(nodes(base), path.getLocationPath().get().getSteps(), context);
      }
      case YangFilterExpr filter -> {
        Object base = eval(filter.getExpr(), context);
        yield filter.getPredicates().isEmpty()
            ? base
            : filter(nodes(base), filter.getPredicates(), context);
      }
      case YangNaryExpr nary ->
          switch (nary.getOperator()) {
            case AND -> nary.getExpressions().stream().allMatch(e -> bool(eval(e, context)));
            case OR -> nary.getExpressions().stream().anyMatch(e -> bool(eval(e, context)));
            case UNION -> {
              Set<DataNode> all = new LinkedHashSet<>();
              nary.getExpressions().forEach(e -> all.addAll(nodes(eval(e, context))));
              yield new ArrayList<>(all);
            }
          };
      case YangBinaryExpr binary ->
          binary(
              binary.getOperator(),
              eval(binary.getLeftExpr(), context),
              eval(binary.getRightExpr(), context));
      case YangFunctionCallExpr call -> call(call, context);
      default -> throw new IllegalArgumentException("XPath has no " + expr);
    };
  }

  private List<DataNode> walk(
      List<DataNode> from, List<YangLocationPath.Step> steps, Context context) {
    List<DataNode> at = from;
    for (YangLocationPath.Step step : steps) {
      if (at.size() == 1) {
        at = step(at.getFirst(), step, context);
        continue;
      }
      Set<DataNode> next = new LinkedHashSet<>();
      for (DataNode node : at) {
        next.addAll(step(node, step, context));
      }
      at = new ArrayList<>(next);
    }
    return at;
  }

  private List<DataNode> step(DataNode node, YangLocationPath.Step step, Context context) {
    if (step instanceof YangLocationPath.QNameStep named && step.getAxis() == YangXPathAxis.CHILD) {
      Definition child = node.definition.child(name(named.getQName(), node.definition));
      if (child == null) {
        DataNode guest = node.guest(name(named.getQName(), node.definition));
        return guest == null ? List.of() : filter(List.of(guest), step.getPredicates(), context);
      }
      List<YangExpr> predicates = List.copyOf(step.getPredicates());
      DataNode[] entry = lookUp(node, child, predicates, context);
      return entry != null
          ? filter(
              entry[0] == null ? List.of() : List.of(entry[0]),
              predicates.subList(child.keys.size(), predicates.size()),
              context)
          : filter(node.children(child), predicates, context);
    }
    List<DataNode> found = new ArrayList<>();
    for (DataNode candidate : axis(node, step.getAxis())) {
      boolean matches =
          switch (step) {
            case YangLocationPath.QNameStep named ->
                isNamed(candidate.definition, named.getQName());
            case YangLocationPath.NodeTypeStep type -> type.getNodeType() == YangXPathNodeType.NODE;
            // The root is no element.
            default ->
                candidate.parent != null
                    || (step.getAxis() != YangXPathAxis.ANCESTOR
                        && step.getAxis() != YangXPathAxis.ANCESTOR_OR_SELF);
          };
      if (matches) {
        found.add(candidate);
      }
    }
    // A leaf stands for its text.
    if (step instanceof YangLocationPath.NodeTypeStep type
        && type.getNodeType() == YangXPathNodeType.TEXT
        && node.value != null) {
      found.add(node);
    }
    return filter(found, step.getPredicates(), context);
  }

  /**
   * Looks an entry up where the first predicates say all keys, without a word of the entry: null
   * where they do not, an empty place where there is no such entry.
   */
  private DataNode @Nullable [] lookUp(
      DataNode holder, Definition list, List<YangExpr> predicates, Context context) {
    int keys = list.keys.size();
    if (list.kind != Definition.Kind.LIST || keys == 0 || predicates.size() < keys) {
      return null;
    }
    Object[] values = new Object[keys];
    for (YangExpr predicate : predicates.subList(0, keys)) {
      if (!(predicate instanceof YangBinaryExpr equal)
          || equal.getOperator() != YangBinaryOperator.EQUALS
          || !isFixed(equal.getRightExpr())) {
        return null;
      }
      QName key =
          switch (equal.getLeftExpr()) {
            case YangQNameExpr name -> name(name.getQName(), list);
            case YangLocationPath path
                when !path.isAbsolute()
                    && path.getSteps().size() == 1
                    && path.getSteps().getFirst() instanceof YangLocationPath.QNameStep name
                    && name.getAxis() == YangXPathAxis.CHILD ->
                name(name.getQName(), list);
            default -> null;
          };
      int index = list.keys.indexOf(key);
      Definition leaf = key == null ? null : list.child(key);
      if (index < 0 || leaf == null || values[index] != null) {
        return null;
      }
      Object right = eval(equal.getRightExpr(), context);
      if ((right instanceof List<?> set && set.size() > 1)
          || right instanceof Double
          || right instanceof Boolean) {
        return null;
      }
      if (right instanceof List<?> none && none.isEmpty()) {
        return new DataNode[1];
      }
      String text = string(right);
      try {
        Object value =
            Values.parse(leaf, text, leaf.moduleScope(), YangInstanceIdentifier.of(leaf.id));
        if (value instanceof QName
            || value instanceof YangInstanceIdentifier
            || !Values.text(leaf, value, new Values.Prefixes(leaf.context())).equals(text)) {
          return null;
        }
        values[index] = value;
      } catch (RpcException e) {
        return null;
      }
    }
    return new DataNode[] {holder.entry(list, list.entry(values))};
  }

  /** Whether an expression has one value wherever it is evaluated, as long as current() is one. */
  private static boolean isFixed(YangExpr expr) {
    return switch (expr) {
      case YangLiteralExpr literal -> true;
      case YangPathExpr path -> isFixed(path.getFilterExpr());
      case YangFunctionCallExpr call ->
          call.getName().getLocalName().equals("current")
              || (!call.getArguments().isEmpty()
                  && call.getArguments().stream().allMatch(XPath::isFixed));
      case YangFilterExpr filter -> filter.getPredicates().isEmpty() && isFixed(filter.getExpr());
      case YangLocationPath path -> path.isAbsolute();
      default -> false;
    };
  }

  private List<DataNode> filter(
      List<DataNode> nodes, Collection<YangExpr> predicates, Context context) {
    List<DataNode> left = nodes;
    for (YangExpr predicate : predicates) {
      List<DataNode> kept = new ArrayList<>();
      for (int i = 0; i < left.size(); i++) {
        Object result =
            eval(predicate, new Context(left.get(i), i + 1, left.size(), context.current));
        if (result instanceof Double position ? position == i + 1 : bool(result)) {
          kept.add(left.get(i));
        }
      }
      left = kept;
    }
    return left;
  }

  private static List<DataNode> axis(DataNode node, YangXPathAxis axis) {
    DataNode parent = node.parent;
    return switch (axis) {
      case SELF -> List.of(node);
      case CHILD -> node.children();
      case PARENT -> parent == null ? List.of() : List.of(parent);
      case ANCESTOR, ANCESTOR_OR_SELF -> {
        List<DataNode> all = new ArrayList<>();
        for (DataNode at = axis == YangXPathAxis.ANCESTOR ? parent : node;
            at != null;
            at = at.parent) {
          all.add(at);
        }
        yield all;
      }
      case DESCENDANT, DESCENDANT_OR_SELF -> {
        List<DataNode> all = new ArrayList<>();
        descend(node, all);
        yield axis == YangXPathAxis.DESCENDANT ? all.subList(1, all.size()) : all;
      }
      case FOLLOWING_SIBLING, PRECEDING_SIBLING -> {
        if (parent == null) {
          yield List.of();
        }
        List<DataNode> all = parent.children();
        int at = all.indexOf(node);
        yield axis == YangXPathAxis.FOLLOWING_SIBLING
            ? all.subList(at + 1, all.size())
            : all.subList(0, at).reversed();
      }
      case FOLLOWING, PRECEDING -> {
        List<DataNode> all = new ArrayList<>();
        YangXPathAxis siblings =
            axis == YangXPathAxis.FOLLOWING
                ? YangXPathAxis.FOLLOWING_SIBLING
                : YangXPathAxis.PRECEDING_SIBLING;
        for (DataNode at = node; at != null; at = at.parent) {
          for (DataNode sibling : axis(at, siblings)) {
            List<DataNode> below = new ArrayList<>();
            descend(sibling, below);
            all.addAll(axis == YangXPathAxis.FOLLOWING ? below : below.reversed());
          }
        }
        yield all;
      }
      case ATTRIBUTE, NAMESPACE -> List.of();
    };
  }

  private static void descend(DataNode node, List<DataNode> into) {
    into.add(node);
    if (node.definition.kind == Definition.Kind.CONTAINER
        || node.definition.kind == Definition.Kind.LIST) {
      node.children().forEach(child -> descend(child, into));
    }
  }

  private Object call(YangFunctionCallExpr call, Context context) {
    List<YangExpr> arguments = call.getArguments();
    String name = call.getName().getLocalName();
    if (name.equals("count")
        && arguments.getFirst() instanceof YangLocationPath path
        && !path.getSteps().isEmpty()
        && path.getSteps().getLast() instanceof YangLocationPath.QNameStep last
        && last.getAxis() == YangXPathAxis.CHILD
        && last.getPredicates().isEmpty()) {
      DataNode start = path.isAbsolute() ? context.node.root() : context.node;
      List<YangLocationPath.Step> way = path.getSteps().subList(0, path.getSteps().size() - 1);
      double count = 0;
      for (DataNode holder : walk(List.of(start), way, context)) {
        Definition child = holder.definition.child(name(last.getQName(), holder.definition));
        count += child == null ? 0 : holder.count(child);
      }
      return count;
    }
    List<Object> args = new ArrayList<>();
    arguments.forEach(argument -> args.add(eval(argument, context)));
    Object first = args.isEmpty() ? List.of(context.node) : args.getFirst();
    return switch (name) {
      case "current" -> List.of(context.current);
      case "position" -> (double) context.position;
      case "last" -> (double) context.size;
      case "true" -> true;
      case "false", "lang" -> false;
      case "not" -> !bool(first);
      case "boolean" -> bool(first);
      case "number" -> number(first);
      case "string" -> string(first);
      case "count" -> (double) nodes(first).size();
      case "sum" -> nodes(first).stream().mapToDouble(n -> number(n.text())).sum();
      case "floor" -> Math.floor(number(first));
      case "ceiling" -> Math.ceil(number(first));
      case "round" -> Math.floor(number(first) + 0.5);
      case "id" -> List.of();
      case "local-name" ->
          nodes(first).stream().findFirst().map(n -> n.definition.localName()).orElse("");
      case "namespace-uri" ->
          nodes(first).stream().findFirst().map(n -> n.definition.namespace()).orElse("");
      case "name" ->
          nodes(first).stream()
              .findFirst()
              .map(
                  n ->
                      new Values.Prefixes(n.definition.context())
                              .of(n.definition.name().getModule())
                          + ":"
                          + n.definition.localName())
              .orElse("");
      case "concat" -> {
        StringBuilder text = new StringBuilder();
        args.forEach(argument -> text.append(string(argument)));
        yield text.toString();
      }
      case "starts-with" -> string(first).startsWith(string(args.get(1)));
      case "contains" -> string(first).contains(string(args.get(1)));
      case "substring-before" -> {
        int at = string(first).indexOf(string(args.get(1)));
        yield at < 0 ? "" : string(first).substring(0, at);
      }
      case "substring-after" -> {
        int at = string(first).indexOf(string(args.get(1)));
        yield at < 0 ? "" : string(first).substring(at + string(args.get(1)).length());
      }
      case "substring" -> {
        double from = Math.floor(number(args.get(1)) + 0.5);
        double to =
            args.size() < 3
                ? Double.POSITIVE_INFINITY
                : from + Math.floor(number(args.get(2)) + 0.5);
        StringBuilder text = new StringBuilder();
        int[] points = string(first).codePoints().toArray();
        for (int i = 0; i < points.length; i++) {
          if (i + 1 >= from && i + 1 < to) {
            text.appendCodePoint(points[i]);
          }
        }
        yield text.toString();
      }
      case "string-length" -> {
        String text = string(first);
        yield (double) text.codePointCount(0, text.length());
      }
      case "normalize-space" -> string(first).strip().replaceAll("[ \t\r\n]+", " ");
      case "translate" -> translate(string(first), string(args.get(1)), string(args.get(2)));
      case "re-match" -> Pattern.matches(string(args.get(1)), string(first));
      case "deref" -> deref(nodes(first));
      case "derived-from" -> derived(call, nodes(first), string(args.get(1)), false);
      case "derived-from-or-self" -> derived(call, nodes(first), string(args.get(1)), true);
      case "enum-value" ->
          nodes(first).stream().findFirst().map(XPath::enumValue).orElse(Double.NaN);
      case "bit-is-set" ->
          nodes(first).stream()
              .findFirst()
              .map(n -> n.value instanceof Collection<?> bits && bits.contains(string(args.get(1))))
              .orElse(false);
      default -> throw new IllegalArgumentException("XPath has no function " + name);
    };
  }

  private static double enumValue(DataNode node) {
    return node.definition.typed() != null
            && node.definition.typed().getType() instanceof EnumTypeDefinition type
        ? type.getValues().stream()
            .filter(pair -> pair.getName().equals(node.text()))
            .findFirst()
            .map(pair -> (double) pair.getValue())
            .orElse(Double.NaN)
        : Double.NaN;
  }

  private static String translate(String text, String from, String to) {
    StringBuilder result = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      int at = from.indexOf(text.charAt(i));
      if (at < 0) {
        result.append(text.charAt(i));
      } else if (at < to.length()) {
        result.append(to.charAt(at));
      }
    }
    return result.toString();
  }

  private static List<DataNode> deref(List<DataNode> nodes) {
    if (nodes.isEmpty()) {
      return List.of();
    }
    DataNode node = nodes.getFirst();
    if (node.value instanceof YangInstanceIdentifier path) {
      DataNode target = node.root().follow(path);
      return target == null ? List.of() : List.of(target);
    }
    XPath path = leafref(node.definition);
    Object value = node.value;
    return path == null || value == null
        ? List.of()
        : path.select(node).stream()
            .filter(target -> Objects.deepEquals(value, target.value))
            .toList();
  }

  /** The path of a leaf that is a leafref, or null. */
  static @Nullable XPath leafref(Definition definition) {
    return definition.typed() != null
            && definition.typed().getType() instanceof LeafrefTypeDefinition type
        ? of(type.getPathStatement(), definition.name().getModule())
        : null;
  }

  private boolean derived(
      YangFunctionCallExpr call, List<DataNode> nodes, String identity, boolean orSelf) {
    QName base = null;
    try {
      if (source != null && call.getArguments().get(1) instanceof YangLiteralExpr literal) {
        AbstractQName said = source.interpretAsQName(literal).getQName();
        if (said instanceof QName qualified) {
          base = qualified;
        } else if (!nodes.isEmpty()) {
          QNameModule own = nodes.getFirst().definition.name().getModule();
          base = QName.create(module == null ? own : module, said.getLocalName());
        }
      }
    } catch (XPathExpressionException e) {
      throw new IllegalArgumentException("'%s' is no identity".formatted(identity), e);
    }
    for (DataNode node : nodes) {
      if (base != null
          && node.value instanceof QName name
          && ((orSelf && name.equals(base))
              || Values.isDerived(node.definition.context(), name, base))) {
        return true;
      }
    }
    return false;
  }

  private static Object binary(YangBinaryOperator operator, Object left, Object right) {
    return switch (operator) {
      case PLUS -> number(left) + number(right);
      case MINUS -> number(left) - number(right);
      case MUL -> number(left) * number(right);
      case DIV -> number(left) / number(right);
      case MOD -> number(left) % number(right);
      default -> compare(operator, left, right);
    };
  }

  /** Section 3.4 of XPath 1.0: a node-set compares if one of its nodes does. */
  private static boolean compare(YangBinaryOperator operator, Object left, Object right) {
    if ((left instanceof List<?> && right instanceof Boolean)
        || (right instanceof List<?> && left instanceof Boolean)) {
      return atoms(operator, bool(left), bool(right));
    }
    for (Object l : atoms(left)) {
      for (Object r : atoms(right)) {
        if (atoms(operator, l, r)) {
          return true;
        }
      }
    }
    return false;
  }

  private static List<?> atoms(Object value) {
    return value instanceof List<?>
        ? nodes(value).stream().map(DataNode::text).toList()
        : List.of(value);
  }

  private static boolean atoms(YangBinaryOperator operator, Object l, Object r) {
    boolean negated = operator == YangBinaryOperator.NOT_EQUALS;
    if (operator == YangBinaryOperator.EQUALS || negated) {
      boolean equal;
      if (l instanceof Boolean || r instanceof Boolean) {
        equal = bool(l) == bool(r);
      } else if (l instanceof Double || r instanceof Double) {
        equal = number(l) == number(r);
      } else {
        equal = l.equals(r);
      }
      return equal != negated;
    }
    double a = number(l);
    double b = number(r);
    return switch (operator) {
      case GT -> a > b;
      case GTE -> a >= b;
      case LT -> a < b;
      case LTE -> a <= b;
      default -> throw new IllegalArgumentException("not a comparison: " + operator);
    };
  }

  @SuppressWarnings("unchecked") // The only lists among the values are node-sets.
  private static List<DataNode> nodes(Object value) {
    if (value instanceof List<?> set) {
      return (List<DataNode>) set;
    }
    throw new IllegalArgumentException("'%s' is no node-set".formatted(value));
  }

  private static boolean bool(Object value) {
    return switch (value) {
      case Boolean b -> b;
      case Double d -> d != 0 && !Double.isNaN(d);
      case String s -> !s.isEmpty();
      default -> !nodes(value).isEmpty();
    };
  }

  private static double number(Object value) {
    return switch (value) {
      case Double d -> d;
      case Boolean b -> b ? 1 : 0;
      default -> {
        String text = string(value).strip();
        yield NUMBER.matcher(text).matches() ? Double.parseDouble(text) : Double.NaN;
      }
    };
  }

  private static String string(Object value) {
    return switch (value) {
      case String s -> s;
      case Boolean b -> b.toString();
      case Double d when d == Math.rint(d) && Math.abs(d) < 1e15 -> Long.toString(d.longValue());
      case Double d when d.isInfinite() -> d > 0 ? "Infinity" : "-Infinity";
      case Double d -> d.toString();
      default -> nodes(value).isEmpty() ? "" : nodes(value).getFirst().text();
    };
  }

  /** All that the expression reads, seen from a definition that it is evaluated at. */
  Set<Place> reads(Definition context) {
    Set<Place> reads = new LinkedHashSet<>();
    Place start = new Place(context, context);
    places(expression, Set.of(start), start, reads);
    return reads;
  }

  /**
   * What a leafref's path selects, seen from its definition; what predicates read besides goes to
   * {@code others}. A predicate compares a key, and keys come and go with their entries only.
   */
  Set<Place> targets(Definition context, Set<Place> others) {
    Place start = new Place(context, context);
    Set<Place> reads = new LinkedHashSet<>();
    Set<Place> targets = places(expression, Set.of(start), start, reads);
    for (Place read : reads) {
      Definition above = read.at.parent();
      if (!targets.contains(read) && (above == null || !above.keys.contains(read.at.name()))) {
        others.add(read);
      }
    }
    return targets;
  }

  private Set<Place> places(YangExpr expr, Set<Place> context, Place current, Set<Place> reads) {
    switch (expr) {
      case YangLocationPath path -> {
        Definition root = current.at.top();
        Set<Place> from = path.isAbsolute() ? Set.of(new Place(root, root)) : context;
        return end(from, path.getSteps(), current, reads);
      }
      case YangQNameExpr name -> {
        Set<Place> all = new LinkedHashSet<>();
        for (Place place : context) {
          YangLocationPath.Step child = YangXPathAxis.CHILD.asStep(name(name.getQName(), place.at));
          all.addAll(end(Set.of(place), List.of(child), current, reads));
        }
        return all;
      }
      case YangPathExpr path -> {
        Set<Place> from = places(path.getFilterExpr(), context, current, reads);
        return path.getLocationPath().isEmpty()
            ? from
            : end(from, path.getLocationPath().get().getSteps(), current, reads);
      }
      case YangFilterExpr filter -> {
        Set<Place> from = places(filter.getExpr(), context, current, reads);
        filter.getPredicates().forEach(p -> places(p, from, current, reads));
        return from;
      }
      case YangNegateExpr negate -> places(negate.getSubExpr(), context, current, reads);
      case YangBinaryExpr binary -> {
        places(binary.getLeftExpr(), context, current, reads);
        places(binary.getRightExpr(), context, current, reads);
      }
      case YangNaryExpr nary -> {
        Set<Place> all = new LinkedHashSet<>();
        nary.getExpressions().forEach(e -> all.addAll(places(e, context, current, reads)));
        return all;
      }
      case YangFunctionCallExpr call -> {
        String name = call.getName().getLocalName();
        if (name.equals("current")) {
          reads.add(current);
          return Set.of(current);
        }
        Set<Place> all = new LinkedHashSet<>();
        call.getArguments().forEach(e -> all.addAll(places(e, context, current, reads)));
        if (name.equals("deref")) {
          return dereferenced(all, reads);
        }
        if (call.getArguments().isEmpty()) {
          reads.addAll(context);
        }
      }
      default -> {}
    }
    return Set.of();
  }

  private static Set<Place> dereferenced(Set<Place> from, Set<Place> reads) {
    Set<Place> all = new LinkedHashSet<>();
    for (Place place : from) {
      XPath path = leafref(place.at);
      if (path != null) {
        path.places(path.expression, Set.of(place), place, reads);
        all.addAll(path.places(path.expression, Set.of(place), place, new LinkedHashSet<>()));
      } else if (place.at.typed() != null
          && place.at.typed().getType() instanceof InstanceIdentifierTypeDefinition) {
        // It may lead anywhere.
        Definition root = place.at.top();
        below(new Place(root, root), all);
      }
    }
    reads.addAll(all);
    return all;
  }

  private Set<Place> end(
      Set<Place> from, List<YangLocationPath.Step> steps, Place current, Set<Place> reads) {
    Set<Place> at = from;
    for (YangLocationPath.Step step : steps) {
      Set<Place> next = new LinkedHashSet<>();
      for (Place place : at) {
        for (Place reached : reach(place, step)) {
          if (step instanceof YangLocationPath.QNameStep named
              ? isNamed(reached.at, named.getQName())
              : step.getPredicates().stream().allMatch(p -> mayHold(p, reached.at))) {
            next.add(reached);
          }
        }
      }
      step.getPredicates().forEach(p -> places(p, next, current, reads));
      at = next;
    }
    at.forEach(place -> read(place, reads));
    return at;
  }

  /** Whether a predicate may hold for a node; where it compares its namespace, that is known. */
  private static boolean mayHold(YangExpr predicate, Definition at) {
    return !(predicate instanceof YangBinaryExpr equal
            && equal.getOperator() == YangBinaryOperator.EQUALS
            && equal.getLeftExpr() instanceof YangFunctionCallExpr call
            && call.getName().getLocalName().equals("namespace-uri")
            && call.getArguments().isEmpty()
            && equal.getRightExpr() instanceof YangLiteralExpr namespace)
        || namespace.getLiteral().equals(at.namespace());
  }

  /** A node that may be there by default is so as its whens and the cases around it decide. */
  private static void read(Place place, Set<Place> reads) {
    Definition definition = place.at;
    Place above = place.up();
    if (!reads.add(place)
        || above == null
        || definition.kind == Definition.Kind.LIST
        || definition.presence) {
      return;
    }
    for (Definition.Branch branch : definition.branches) {
      for (Definition sibling : above.at.all()) {
        if (sibling.branches.stream().anyMatch(b -> b.choice().equals(branch.choice()))) {
          reads.add(new Place(sibling, above.pivot));
        }
      }
    }
    for (Definition.Condition condition : definition.conditions) {
      Place start = condition.ofParent() ? above : place;
      condition.expression().places(condition.expression().expression, Set.of(start), start, reads);
    }
  }

  private static Collection<Place> reach(Place place, YangLocationPath.Step step) {
    List<Place> all = new ArrayList<>();
    switch (step.getAxis()) {
      case SELF -> all.add(place);
      case CHILD -> {
        if (step instanceof YangLocationPath.NodeTypeStep) {
          all.add(place);
        }
        place.at.all().forEach(child -> all.add(new Place(child, place.pivot)));
      }
      case PARENT -> {
        Place up = place.up();
        if (up != null) {
          all.add(up);
        }
      }
      case ANCESTOR, ANCESTOR_OR_SELF -> {
        for (Place at = place; at != null; at = at.up()) {
          all.add(at);
        }
      }
      case DESCENDANT, DESCENDANT_OR_SELF -> below(place, all);
      case ATTRIBUTE, NAMESPACE -> {}
      case FOLLOWING_SIBLING, PRECEDING_SIBLING -> {
        Place up = place.up();
        if (up != null) {
          up.at.all().forEach(child -> all.add(new Place(child, up.pivot)));
        }
      }
      case FOLLOWING, PRECEDING -> {
        Definition root = place.at.top();
        below(new Place(root, root), all);
      }
    }
    return all;
  }

  private static void below(Place place, Collection<Place> into) {
    into.add(place);
    if (place.at.kind == Definition.Kind.CONTAINER || place.at.kind == Definition.Kind.LIST) {
      place.at.all().forEach(child -> below(new Place(child, place.pivot), into));
    }
  }
}
