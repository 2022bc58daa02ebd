package io.hairpin.tests.launched;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** The switches of one run of the suite, each started when it is first used. */
final class Testbeds implements AutoCloseable {

  private final Map<WiredTarget, Testbed> beds = new EnumMap<>(WiredTarget.class);
  private final Map<WiredTarget, Exception> broken = new EnumMap<>(WiredTarget.class);

  Testbed of(WiredTarget target) throws Exception {
    Exception failure = broken.get(target);
    if (failure != null) {
      throw new IllegalStateException(target + " did not start", failure);
    }
    @Nullable Testbed bed = beds.get(target);
    if (bed == null) {
      try {
        bed = new Testbed(target);
      } catch (Exception e) {
        broken.put(target, e);
        throw e;
      }
      beds.put(target, bed);
    }
    return bed;
  }

  @Override
  public void close() throws Exception {
    for (Testbed bed : beds.values()) {
      bed.close();
    }
  }

  /** Gives tests those of the run that they are a part of. */
  static final class Extension implements ParameterResolver {

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == Testbeds.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context
          .getRoot()
          .getStore(Namespace.create(Testbeds.class))
          .computeIfAbsent(Testbeds.class, _ -> new Testbeds(), Testbeds.class);
    }
  }
}
