package io.hairpin.softswitch.p4runtime;

import static io.hairpin.softswitch.p4runtime.Refusal.invalid;

import io.grpc.Status;
import io.hairpin.p4runtime.config.v1.MatchField;
import io.hairpin.p4runtime.v1.FieldMatch;
import io.hairpin.p4runtime.v1.Update;
import io.hairpin.p4runtime.v1.ValueSetEntry;
import io.hairpin.p4runtime.v1.ValueSetMember;
import io.hairpin.softswitch.engine.TableException;
import io.hairpin.softswitch.engine.ValueSet;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One parser value set as P4Runtime sees it (9.6), over the engine's. */
final class ValueSetEntries {
  private final io.hairpin.p4runtime.config.v1.ValueSet info;
  private final ValueSet set;

  /**
   * Binds P4Info to the program.
   *
   * @throws Refusal where they disagree
   */
  ValueSetEntries(io.hairpin.p4runtime.config.v1.ValueSet info, @Nullable ValueSet set) {
    this.info = info;
    if (set == null) {
      throw invalid("value set '%s' is in P4Info, but not in the program", name());
    }
    this.set = set;
    int width = info.getMatchList().stream().mapToInt(MatchField::getBitwidth).sum();
    if (width != set.width()) {
      throw invalid(
          "value set '%s': %d bits in P4Info, %d in the program", name(), width, set.width());
    }
    for (MatchField field : info.getMatchList()) {
      if (field.getBitwidth() < 1) {
        throw invalid(
            "value set '%s': field %d has %d bits", name(), field.getId(), field.getBitwidth());
      }
      switch (field.getMatchType()) {
        case EXACT, TERNARY, LPM, OPTIONAL -> {}
        default ->
            throw invalid(
                "value set '%s': field %d is %s; there are only exact, lpm, ternary, optional",
                name(), field.getId(), field.getMatchType());
      }
    }
  }

  private String name() {
    return info.getPreamble().getName();
  }

  /** Replaces the members. */
  void write(Update.Type type, ValueSetEntry entry) {
    IndexedEntries.checkModify(type, "value set");
    var members = new ArrayList<ValueSet.Member>(entry.getMembersCount());
    var distinct = new HashSet<ValueSet.Member>();
    for (ValueSetMember given : entry.getMembersList()) {
      ValueSet.Member member = member(given);
      if (!distinct.add(member)) {
        throw new Refusal(
            Status.Code.ALREADY_EXISTS, "value set '%s': a member is given twice", name());
      }
      members.add(member);
    }
    try {
      set.replace(members);
    } catch (TableException e) {
      throw Refusal.of(e);
    }
  }

  private ValueSet.Member member(ValueSetMember given) {
    for (FieldMatch match : given.getMatchList()) {
      if (info.getMatchList().stream().noneMatch(field -> field.getId() == match.getFieldId())) {
        throw invalid("value set '%s' has no field %d", name(), match.getFieldId());
      }
    }
    BigInteger value = BigInteger.ZERO;
    BigInteger mask = BigInteger.ZERO;
    for (MatchField field : info.getMatchList()) {
      List<FieldMatch> matches =
          given.getMatchList().stream()
              .filter(match -> match.getFieldId() == field.getId())
              .toList();
      if (matches.size() > 1) {
        throw invalid("value set '%s': field %d is given twice", name(), field.getId());
      }
      ValueSet.Member part =
          part(field, matches.isEmpty() ? FieldMatch.getDefaultInstance() : matches.getFirst());
      value = value.shiftLeft(field.getBitwidth()).or(part.value());
      mask = mask.shiftLeft(field.getBitwidth()).or(part.mask());
    }
    return new ValueSet.Member(value, mask);
  }

  private ValueSet.Member part(MatchField field, FieldMatch match) {
    String what = "value set '%s': field %d".formatted(name(), field.getId());
    int width = field.getBitwidth();
    BigInteger ones = BigInteger.ONE.shiftLeft(width).subtract(BigInteger.ONE);
    boolean fits =
        switch (match.getFieldMatchTypeCase()) {
          case EXACT -> field.getMatchType() == MatchField.MatchType.EXACT;
          case TERNARY -> field.getMatchType() == MatchField.MatchType.TERNARY;
          case LPM -> field.getMatchType() == MatchField.MatchType.LPM;
          case OPTIONAL -> field.getMatchType() == MatchField.MatchType.OPTIONAL;
          case FIELDMATCHTYPE_NOT_SET -> field.getMatchType() != MatchField.MatchType.EXACT;
          default -> false;
        };
    if (!fits) {
      throw invalid(
          "%s: %s; %s is wanted", what, match.getFieldMatchTypeCase(), field.getMatchType());
    }
    ValueSet.Member part =
        switch (match.getFieldMatchTypeCase()) {
          case EXACT ->
              new ValueSet.Member(Bytes.decode(match.getExact().getValue(), width, what), ones);
          case OPTIONAL ->
              new ValueSet.Member(Bytes.decode(match.getOptional().getValue(), width, what), ones);
          case TERNARY ->
              new ValueSet.Member(
                  Bytes.decode(match.getTernary().getValue(), width, what),
                  Bytes.decode(match.getTernary().getMask(), width, what + " (mask)"));
          case LPM -> {
            int prefix = match.getLpm().getPrefixLen();
            if (prefix < 1 || prefix > width) {
              throw invalid("%s: prefix length %d is not between 1 and %d", what, prefix, width);
            }
            yield new ValueSet.Member(
                Bytes.decode(match.getLpm().getValue(), width, what),
                ones.shiftRight(width - prefix).shiftLeft(width - prefix));
          }
          default -> new ValueSet.Member(BigInteger.ZERO, BigInteger.ZERO);
        };
    if (part.mask().signum() == 0 && match.hasTernary()) {
      throw invalid("%s: a mask of 0 (leave the field out to match any)", what);
    }
    if (part.value().andNot(part.mask()).signum() != 0) {
      throw invalid("%s: 0x%x has ones where its mask has none", what, part.value());
    }
    return part;
  }

  ValueSetEntry read() {
    var entry = ValueSetEntry.newBuilder().setValueSetId(info.getPreamble().getId());
    for (ValueSet.Member member : set.members()) {
      entry.addMembers(encode(member));
    }
    return entry.build();
  }

  private ValueSetMember encode(ValueSet.Member member) {
    var encoded = ValueSetMember.newBuilder();
    int below = set.width();
    for (MatchField field : info.getMatchList()) {
      below -= field.getBitwidth();
      BigInteger ones = BigInteger.ONE.shiftLeft(field.getBitwidth()).subtract(BigInteger.ONE);
      BigInteger value = member.value().shiftRight(below).and(ones);
      BigInteger mask = member.mask().shiftRight(below).and(ones);
      if (mask.signum() != 0) {
        var match = FieldMatch.newBuilder().setFieldId(field.getId());
        switch (field.getMatchType()) {
          case EXACT -> match.setExact(FieldMatch.Exact.newBuilder().setValue(Bytes.encode(value)));
          case OPTIONAL ->
              match.setOptional(FieldMatch.Optional.newBuilder().setValue(Bytes.encode(value)));
          case LPM ->
              match.setLpm(
                  FieldMatch.LPM
                      .newBuilder()
                      .setValue(Bytes.encode(value))
                      .setPrefixLen(mask.bitCount()));
          default ->
              match.setTernary(
                  FieldMatch.Ternary.newBuilder()
                      .setValue(Bytes.encode(value))
                      .setMask(Bytes.encode(mask)));
        }
        encoded.addMatch(match);
      }
    }
    return encoded.build();
  }
}
