package io.hairpin.softswitch.p4runtime;

import static io.hairpin.softswitch.p4runtime.Refusal.invalid;

import io.grpc.Status;
import io.hairpin.p4runtime.config.v1.ActionRef;
import io.hairpin.softswitch.engine.Action;
import io.hairpin.softswitch.engine.Parameter;
import io.hairpin.softswitch.engine.Table;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The actions that a table's entries or a profile's members may run, as P4Info has them. */
final class ActionCodec {
  private final String where;
  private final Map<Integer, Known> byId = new HashMap<>();
  private final Map<String, Known> byName = new HashMap<>();

  private record Param(int id, Codec codec) {}

  private record Known(
      int id, String name, String what, ActionRef.Scope scope, List<Param> params) {}

  /**
   * Binds P4Info to the program.
   *
   * @param where whose actions they are, for messages
   * @param table a table of the program that has them
   * @throws Refusal where they disagree
   */
  ActionCodec(
      String where,
      List<ActionRef> refs,
      Map<Integer, io.hairpin.p4runtime.config.v1.Action> all,
      Table table,
      Types types) {
    this.where = where;
    for (ActionRef ref : refs) {
      io.hairpin.p4runtime.config.v1.Action info = all.get(ref.getId());
      if (info == null) {
        throw invalid("%s: P4Info has no action %s", where, Integer.toUnsignedString(ref.getId()));
      }
      String name = info.getPreamble().getName();
      if (!table.actions().contains(name)) {
        throw invalid(
            "%s: action '%s' is in P4Info, but the program's table has only %s",
            where, name, table.actions());
      }
      String what = "%s: action '%s'".formatted(where, name);
      List<Parameter> parameters = table.parameters(name);
      if (parameters.size() != info.getParamsCount()) {
        throw invalid(
            "%s: %d parameters in P4Info, %d in the program",
            what, info.getParamsCount(), parameters.size());
      }
      var params = new Param[parameters.size()];
      for (int i = 0; i < params.length; i++) {
        var param = info.getParams(i);
        params[i] =
            new Param(
                param.getId(),
                types.codec(
                    what + ": parameter '" + param.getName() + "'",
                    param.getBitwidth(),
                    param.getTypeName(),
                    parameters.get(i).width()));
      }
      var known = new Known(ref.getId(), name, what, ref.getScope(), List.of(params));
      byId.put(ref.getId(), known);
      byName.put(name, known);
    }
  }

  /**
   * The program's action.
   *
   * @param wrong the scope of actions that cannot be used here
   * @throws Refusal where it is none of these, or its parameters are not right
   */
  Action decode(io.hairpin.p4runtime.v1.Action given, ActionRef.Scope wrong) {
    Known known = byId.get(given.getActionId());
    if (known == null) {
      throw invalid(
          "%s has no action %s; it has %s",
          where, Integer.toUnsignedString(given.getActionId()), byId.keySet());
    }
    if (known.scope == wrong) {
      throw new Refusal(Status.Code.PERMISSION_DENIED, "%s is %s", known.what, wrong);
    }
    var arguments = new BigInteger[known.params.size()];
    for (int i = 0; i < given.getParamsCount(); i++) {
      var param = given.getParams(i);
      int at = place(known, param.getParamId(), i);
      Codec codec = known.params.get(at).codec;
      if (arguments[at] != null) {
        throw invalid("%s is given twice", codec.what);
      }
      arguments[at] = codec.decode(param.getValue());
    }
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i] == null) {
        throw invalid("%s is missing", known.params.get(i).codec.what);
      }
    }
    return new Action(known.name, Arrays.asList(arguments));
  }

  private static int place(Known known, int id, int likely) {
    if (likely < known.params.size() && known.params.get(likely).id == id) {
      return likely;
    }
    for (int i = 0; i < known.params.size(); i++) {
      if (known.params.get(i).id == id) {
        return i;
      }
    }
    throw invalid("%s has no parameter %s", known.what, Integer.toUnsignedString(id));
  }

  /** What clients see of an action. */
  io.hairpin.p4runtime.v1.Action encode(Action action) {
    Known known = byName.get(action.name());
    if (known == null) {
      throw new IllegalStateException(
          where + " runs action '" + action.name() + "', which P4Info lacks");
    }
    var encoded = io.hairpin.p4runtime.v1.Action.newBuilder().setActionId(known.id);
    for (int i = 0; i < known.params.size(); i++) {
      Param param = known.params.get(i);
      encoded.addParams(
          io.hairpin.p4runtime.v1.Action.Param.newBuilder()
              .setParamId(param.id)
              .setValue(param.codec.encode(action.arguments().get(i))));
    }
    return encoded.build();
  }
}
