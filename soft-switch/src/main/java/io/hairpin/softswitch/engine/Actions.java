package io.hairpin.softswitch.engine;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The actions that the entries of a table, or the members of a profile, may run. */
final class Actions {
  private final String where;
  private final List<Source.ActionCode> codes;
  private final Map<String, Integer> places = new HashMap<>();

  Actions(String where, List<Source.ActionCode> codes) {
    this.where = where;
    this.codes = codes;
    for (int i = 0; i < codes.size(); i++) {
      places.putIfAbsent(codes.get(i).name(), i);
    }
  }

  List<String> names() {
    return codes.stream().map(Source.ActionCode::name).toList();
  }

  List<Parameter> parameters(String name) {
    return code(place(name)).parameters().stream()
        .map(p -> new Parameter(p.name(), p.width()))
        .toList();
  }

  private Source.ActionCode code(int place) {
    return codes.get(place);
  }

  private int place(String name) {
    Integer place = places.get(name);
    if (place != null) {
      return place;
    }
    throw refused("has no action " + name + "; its actions are " + names());
  }

  /** Checks an action; returns its place. */
  int place(Action action) {
    int place = place(action.name());
    List<Source.Parameter> parameters = code(place).parameters();
    if (action.arguments().size() != parameters.size()) {
      throw refused(
          "action "
              + action.name()
              + " takes "
              + parameters.size()
              + " arguments, not "
              + action.arguments().size());
    }
    for (int j = 0; j < parameters.size(); j++) {
      BigInteger argument = action.arguments().get(j);
      if (argument.signum() < 0 || argument.bitLength() > parameters.get(j).width()) {
        throw refused(
            "action "
                + action.name()
                + ": "
                + parameters.get(j).name()
                + " = "
                + argument
                + " does not fit "
                + parameters.get(j).width()
                + " bits");
      }
    }
    return place;
  }

  long[] words(int place, List<BigInteger> arguments) {
    Source.ActionCode code = code(place);
    long[] words = new long[code.words()];
    for (int i = 0; i < arguments.size(); i++) {
      Source.Parameter p = code.parameters().get(i);
      if (p.width() <= Long.SIZE) {
        words[p.word()] = arguments.get(i).longValue() & Bits.mask(p.width());
        continue;
      }
      Wide.store(arguments.get(i), words, p.word(), p.width());
    }
    return words;
  }

  /** An action as packets meet it. */
  Bound bind(Action action) {
    int place = place(action);
    return Bound.miss(place, words(place, action.arguments()), null);
  }

  Action action(Bound bound) {
    Source.ActionCode code = code(bound.action);
    List<BigInteger> arguments = new ArrayList<>();
    for (Source.Parameter p : code.parameters()) {
      arguments.add(Wide.load(bound.arguments, p.word(), Layout.Field.words(p.width())));
    }
    return new Action(code.name(), arguments);
  }

  private TableException refused(String why) {
    return new TableException(TableException.Reason.INVALID, where + " " + why);
  }
}
