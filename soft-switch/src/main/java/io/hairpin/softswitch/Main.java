package io.hairpin.softswitch;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command line of the soft switch. */
@Command(
    name = "hairpin switch",
    sortOptions = false,
    description = "The soft switch alone: a P4Runtime target for any client.")
public final class Main implements Callable<Integer> {

  @Mixin private final SwitchFlags flags = new SwitchFlags();

  @Mixin private final ServiceFlags services = new ServiceFlags();

  @Spec private @Nullable CommandSpec spec;

  private Main() {}

  /**
   * Runs the switch until it is stopped by a signal.
   *
   * @param arguments the flags
   */
  public static void main(String[] arguments) {
    int exit = ServiceFlags.execute(new Main(), arguments);
    if (exit != 0) {
      System.exit(exit);
    }
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    CommandSpec command = Objects.requireNonNull(spec);
    flags.check(command, 0, true);
    SoftSwitch softSwitch = flags.configure(services.configure(SoftSwitch.builder(), true)).start();
    ServiceFlags.serve(command, ServiceFlags.addresses(softSwitch), softSwitch::close);
    return 0;
  }
}
