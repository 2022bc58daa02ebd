package io.hairpin.p4runtime.client;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One change of a target.
 *
 * @param type what to do
 * @param entity to what; of a deletion only the key counts
 */
public record Update(Type type, Entity entity) {

  /** What an update does. */
  public enum Type {
    /** Adds an entity whose key is not there. */
    INSERT,
    /** Changes the value of an entity whose key is there. */
    MODIFY,
    /** Removes the entity of a key. */
    DELETE
  }

  /**
   * Adds an entity.
   *
   * @param entity whose key is not there
   * @return the update
   */
  public static Update insert(Entity entity) {
    return new Update(Type.INSERT, entity);
  }

  /**
   * Changes the value of an entity.
   *
   * @param entity whose key is there
   * @return the update
   */
  public static Update modify(Entity entity) {
    return new Update(Type.MODIFY, entity);
  }

  /**
   * Removes an entity.
   *
   * @param entity whose key is there
   * @return the update
   */
  public static Update delete(Entity entity) {
    return new Update(Type.DELETE, entity.key());
  }

  /**
   * What turns one set of entities into another, in an order in which nothing is removed before
   * what replaces it is there, and nothing is referred to before it is there or after it is gone.
   *
   * @param installed what is there
   * @param wanted what should be there, with names spelt as in {@code installed} ({@link
   *     Pipeline#canonical})
   * @return the updates
   * @throws IllegalArgumentException if one of the sets holds two entities of one key
   */
  public static List<Update> difference(
      Collection<? extends Entity> installed, Collection<? extends Entity> wanted) {
    Map<Entity, Entity> before = byKey(installed);
    Map<Entity, Entity> after = byKey(wanted);
    List<Update> changes = new ArrayList<>();
    after.forEach(
        (key, entity) -> {
          Entity old = before.get(key);
          if (old == null) {
            changes.add(insert(entity));
          } else if (!old.equals(entity)) {
            changes.add(modify(entity));
          }
        });
    changes.sort(
        Comparator.comparing((Update update) -> update.entity.kind())
            .thenComparing(update -> update.type));
    List<Update> deletions = new ArrayList<>();
    before.forEach(
        (key, entity) -> {
          if (!after.containsKey(key)) {
            deletions.add(delete(entity));
          }
        });
    deletions.sort(Comparator.comparing((Update update) -> update.entity.kind()).reversed());
    changes.addAll(deletions);
    return changes;
  }

  private static Map<Entity, Entity> byKey(Collection<? extends Entity> entities) {
    Map<Entity, Entity> byKey = HashMap.newHashMap(entities.size());
    for (Entity entity : entities) {
      Entity other = byKey.put(entity.key(), entity);
      if (other != null && !other.equals(entity)) {
        throw new IllegalArgumentException("Two entities of one key: " + other + ", " + entity);
      }
    }
    return byKey;
  }

  @Override
  public String toString() {
    return type + " " + entity;
  }
}
