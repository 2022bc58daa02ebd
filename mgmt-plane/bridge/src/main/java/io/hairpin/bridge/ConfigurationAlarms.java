package io.hairpin.bridge;

import io.hairpin.bridge.ConfigurationObject.Interface;
import io.hairpin.bridge.ConfigurationObject.InterfaceKey;
import io.hairpin.bridge.ConfigurationObject.ObjectKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The alarms that follow from the configuration alone: ports that are named and that the switch
 * does not have, and ports that reflect without being asked. Guarded by the bridge's lock.
 */
final class ConfigurationAlarms {

  private final Alarms alarms;
  private final Intent intent;
  private final Supplier<String> portNames;

  /** By each port that the switch does not have, the objects that name it. */
  private final Map<String, Set<ObjectKey>> missing = new HashMap<>();

  ConfigurationAlarms(Alarms alarms, Intent intent, Supplier<String> portNames) {
    this.alarms = alarms;
    this.intent = intent;
    this.portNames = portNames;
  }

  /** Takes in what an object is now; null where it is gone. */
  void note(ObjectKey key, @Nullable ConfigurationObject object) {
    Set<String> named = object == null ? Set.of() : intent.missing(object);
    missing
        .entrySet()
        .removeIf(
            entry -> {
              if (!named.contains(entry.getKey())
                  && entry.getValue().remove(key)
                  && entry.getValue().isEmpty()) {
                alarms.clear(Alarm.Type.PORT_MISSING, entry.getKey());
                return true;
              }
              return false;
            });
    for (String name : named) {
      missing.computeIfAbsent(name, _ -> new HashSet<>()).add(key);
      alarms.raise(
          Alarm.Type.PORT_MISSING,
          name,
          "configured, and the switch has "
              + portNames.get()
              + "; what depends on it is not applied");
    }
    if (key instanceof InterfaceKey(String name)) {
      if (object instanceof Interface networkInterface && networkInterface.reflects()) {
        alarms.raise(
            Alarm.Type.REFLECTIVE_RELAY_FORCED,
            name,
            "reflects whether the station asks for it or not");
      } else {
        alarms.clear(Alarm.Type.REFLECTIVE_RELAY_FORCED, name);
      }
    }
  }
}
