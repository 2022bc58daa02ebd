package io.hairpin.softswitch.p4runtime;

import static io.hairpin.softswitch.p4runtime.Refusal.invalid;

import io.hairpin.p4runtime.config.v1.P4NamedType;
import io.hairpin.p4runtime.config.v1.P4NewTypeSpec;
import io.hairpin.p4runtime.config.v1.P4NewTypeTranslation;
import io.hairpin.p4runtime.config.v1.P4TypeInfo;
import java.util.HashMap;
import java.util.Map;

/** The types of a program as P4Info has them, and what clients see of their values. */
final class Types {
  private static final int WIDEST = 1 << 16;

  private final P4TypeInfo info;
  private final Map<String, Names> names = new HashMap<>();

  /**
   * Reads P4Info.
   *
   * @throws Refusal where a type is translated in a way that there is not
   */
  Types(P4TypeInfo info) {
    this.info = info;
    info.getNewTypesMap()
        .forEach(
            (name, type) -> {
              if (type.getTranslatedType().hasSdnString()) {
                names.put(name, new Names(name, type.getAnnotationsList()));
              }
            });
  }

  /** Whether clients see a type's values as strings. */
  boolean isNamed(P4NamedType type) {
    return names.containsKey(type.getName());
  }

  /**
   * How the values of a field look.
   *
   * @param what what it is, for messages
   * @param declared how many bits P4Info says it has
   * @param type its user-defined type, if it has one
   * @param width how many bits it has in the program
   * @throws Refusal where P4Info and the program disagree
   */
  Codec codec(String what, int declared, P4NamedType type, int width) {
    Names translated = names.get(type.getName());
    if (translated != null) {
      return new Codec.Named(what, translated, width);
    }
    P4NewTypeSpec spec =
        info.getNewTypesOrDefault(type.getName(), P4NewTypeSpec.getDefaultInstance());
    P4NewTypeTranslation translation = spec.getTranslatedType();
    int clients =
        translation.getSdnTypeCase() == P4NewTypeTranslation.SdnTypeCase.SDN_BITWIDTH
            ? translation.getSdnBitwidth()
            : width;
    if (declared != clients || clients < 1 || clients > WIDEST) {
      throw invalid(
          "%s has %d bits in P4Info, %d in the %s",
          what, declared, clients, clients == width ? "program" : "translation of its type");
    }
    return new Codec.Numbers(what, clients, width);
  }

  /** Takes over the names that clients have given to values. */
  void reconcile(Types from) {
    from.names.forEach(
        (type, before) -> {
          Names mine = names.get(type);
          if (mine != null) {
            mine.take(before);
          }
        });
  }
}
