package io.hairpin.tests;

import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestWatcher;

/** Gives tests the {@link Runs} that they are a part of, and notes there how they ended. */
final class RunsExtension implements ParameterResolver, TestWatcher {

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Runs.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return runs(context);
  }

  private static Runs runs(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(Namespace.create(Runs.class))
        .computeIfAbsent(Runs.class, _ -> new Runs(), Runs.class);
  }

  @Override
  public void testSuccessful(ExtensionContext context) {
    target(context).ifPresent(target -> runs(context).passed(target).add(id(context)));
  }

  @Override
  public void testFailed(ExtensionContext context, Throwable cause) {
    target(context).ifPresent(target -> runs(context).failed(target).add(id(context)));
  }

  @Override
  public void testAborted(ExtensionContext context, Throwable cause) {
    target(context).ifPresent(target -> runs(context).skipped(target).add(id(context)));
  }

  private static Optional<Target> target(ExtensionContext context) {
    return context
        .getTestInstance()
        .filter(OnEveryTarget.class::isInstance)
        .map(test -> ((OnEveryTarget) test).target);
  }

  /** The same on every target. */
  private static String id(ExtensionContext context) {
    return context.getUniqueId().replaceFirst("/\\[class-template-invocation:[^]]*]", "");
  }
}
