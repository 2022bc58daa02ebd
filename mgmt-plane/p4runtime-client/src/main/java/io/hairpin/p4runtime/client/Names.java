package io.hairpin.p4runtime.client;

import io.hairpin.p4runtime.config.v1.Preamble;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The objects of one kind in one scope, by id and by name. A name is the full name, the alias, or
 * any end of the full name at a dot; an end that fits several objects names none of them. The
 * shortest name that is unambiguous is the object's canonical name.
 */
final class Names<T> {

  /** An object with its canonical name. */
  record Named<T>(String name, int id, T object) {}

  private final String kind;
  private final Map<Integer, Named<T>> byId = new TreeMap<>();
  private final Map<String, Named<T>> byName = new HashMap<>();
  private final Map<String, Set<String>> ambiguous = new HashMap<>();

  /** An object with what names it, before it is known which names are ambiguous. */
  record Candidate<T>(int id, String fullName, String alias, T object) {

    static <T> Candidate<T> of(Preamble preamble, T object) {
      return new Candidate<>(preamble.getId(), preamble.getName(), preamble.getAlias(), object);
    }

    private Set<String> ends() {
      Set<String> ends = new LinkedHashSet<>();
      if (!alias.isEmpty()) {
        ends.add(alias);
      }
      for (int dot = 0; dot >= 0; dot = fullName.indexOf('.', dot + 1)) {
        ends.add(dot == 0 ? fullName : fullName.substring(dot + 1));
      }
      return ends;
    }
  }

  Names(String kind, Collection<Candidate<T>> candidates) {
    this.kind = kind;
    Map<String, List<Candidate<T>>> claims = new HashMap<>();
    for (Candidate<T> candidate : candidates) {
      candidate
          .ends()
          .forEach(e -> claims.computeIfAbsent(e, n -> new ArrayList<>()).add(candidate));
    }
    // A full name is its owner's, even where it is also the end of another's.
    for (Candidate<T> candidate : candidates) {
      claims.put(candidate.fullName, List.of(candidate));
    }
    for (Candidate<T> candidate : candidates) {
      List<String> own =
          candidate.ends().stream().filter(e -> List.of(candidate).equals(claims.get(e))).toList();
      String canonical =
          own.stream()
              .min(Comparator.comparingInt(String::length).thenComparing(n -> n))
              .orElseThrow();
      Named<T> named = new Named<>(canonical, candidate.id, candidate.object);
      byId.put(candidate.id, named);
      own.forEach(name -> byName.put(name, named));
    }
    claims.forEach(
        (name, claimants) -> {
          if (claimants.size() > 1) {
            Set<String> fullNames = new TreeSet<>();
            claimants.forEach(claimant -> fullNames.add(claimant.fullName));
            ambiguous.put(name, fullNames);
          }
        });
  }

  Named<T> get(String name) {
    Named<T> named = byName.get(name);
    if (named == null) {
      Set<String> several = ambiguous.get(name);
      throw new PipelineException(
          several == null
              ? "No %s %s; there is %s".formatted(kind, name, all())
              : "The %s %s is ambiguous: %s".formatted(kind, name, several));
    }
    return named;
  }

  Named<T> get(int id) {
    Named<T> named = byId.get(id);
    if (named == null) {
      throw new PipelineException("No %s has the id 0x%08x".formatted(kind, id));
    }
    return named;
  }

  /** What the objects are, as messages say it. */
  String kind() {
    return kind;
  }

  Collection<Named<T>> values() {
    return byId.values();
  }

  /** The canonical names, for messages. */
  String all() {
    Set<String> names = new TreeSet<>();
    byId.values().forEach(named -> names.add(named.name));
    return names.isEmpty() ? "none" : String.join(", ", names);
  }
}
