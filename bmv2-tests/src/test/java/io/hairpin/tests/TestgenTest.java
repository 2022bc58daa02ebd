package io.hairpin.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.hairpin.tests.stf.Stf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * What p4testgen makes of programs of this project, on both targets with one result. The scripts of
 * each program stand one after the other in a file. More can be run by hand: {@code
 * -Dhairpin.testgen} names a folder that has, for each program, {@code PROGRAM.json}, {@code
 * PROGRAM.p4info.txtpb} and a folder {@code PROGRAM} with scripts.
 */
class TestgenTest {
  private static final List<Integer> PORTS = IntStream.rangeClosed(0, 7).boxed().toList();
  private static final String SEPARATOR = "# p4testgen seed";

  private static byte[] resource(String name) throws IOException {
    try (var in = TestgenTest.class.getResourceAsStream("stf/" + name)) {
      if (in == null) {
        throw new IOException("no resource " + name);
      }
      return in.readAllBytes();
    }
  }

  private static String text(String name) throws IOException {
    return new String(resource(name), StandardCharsets.UTF_8);
  }

  @TestFactory
  Stream<DynamicTest> headersOnTheSoftSwitch() throws Exception {
    return committed(Target.SOFT_SWITCH, "headers");
  }

  @TestFactory
  Stream<DynamicTest> headersOnBmv2() throws Exception {
    return committed(Target.BMV2, "headers");
  }

  @TestFactory
  Stream<DynamicTest> balancerOnTheSoftSwitch() throws Exception {
    return committed(Target.SOFT_SWITCH, "balancer");
  }

  @TestFactory
  Stream<DynamicTest> balancerOnBmv2() throws Exception {
    return committed(Target.BMV2, "balancer");
  }

  @TestFactory
  Stream<DynamicTest> wideOnTheSoftSwitch() throws Exception {
    return committed(Target.SOFT_SWITCH, "wide");
  }

  @TestFactory
  Stream<DynamicTest> wideOnBmv2() throws Exception {
    return committed(Target.BMV2, "wide");
  }

  private static Stream<DynamicTest> committed(Target target, String program) throws Exception {
    List<String> scripts =
        Stream.of(text(program + ".testgen.stf").split(SEPARATOR, -1)).skip(1).toList();
    return tests(target, resource(program + ".json"), text(program + ".p4info.txtpb"), scripts);
  }

  private static Stream<DynamicTest> tests(
      Target target, byte[] json, String p4Info, List<String> scripts) throws Exception {
    assumeTrue(target.isHere(), target + " is not installed");
    var device = new P4Device(target, Rig.freePlace(), PORTS);
    return IntStream.range(0, scripts.size())
        .mapToObj(
            i ->
                dynamicTest(
                    "script " + (i + 1),
                    () -> {
                      device.run(json, p4Info);
                      assertThat(Stf.run(json, SEPARATOR + scripts.get(i), device)).isEmpty();
                    }))
        .onClose(
            () -> {
              try {
                device.close();
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });
  }

  @TestFactory
  @EnabledIfSystemProperty(named = "hairpin.testgen", matches = ".+")
  Stream<DynamicTest> ofAFolderOnTheSoftSwitch() throws Exception {
    return folder(Target.SOFT_SWITCH);
  }

  @TestFactory
  @EnabledIfSystemProperty(named = "hairpin.testgen", matches = ".+")
  Stream<DynamicTest> ofAFolderOnBmv2() throws Exception {
    return folder(Target.BMV2);
  }

  private static Stream<DynamicTest> folder(Target target) throws Exception {
    Path folder = Path.of(System.getProperty("hairpin.testgen"));
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> programs = files.filter(Files::isDirectory).sorted().toList();
      Stream<DynamicTest> all = Stream.empty();
      for (Path program : programs) {
        all = Stream.concat(all, folder(target, program));
      }
      return all;
    }
  }

  private static Stream<DynamicTest> folder(Target target, Path program) throws Exception {
    Path json = Path.of(program + ".json");
    Path p4Info = Path.of(program + ".p4info.txtpb");
    try (Stream<Path> files = Files.list(program)) {
      List<String> scripts =
          files.filter(f -> f.toString().endsWith(".stf")).sorted().map(TestgenTest::read).toList();
      return tests(target, Files.readAllBytes(json), Files.readString(p4Info), scripts);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
