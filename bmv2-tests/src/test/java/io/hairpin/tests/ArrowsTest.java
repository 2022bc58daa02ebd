package io.hairpin.tests;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The arrows of docs/how-it-works: which packages may know which. */
final class ArrowsTest {

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.hairpin");

  /** The packages of a module, and those of others that they may know. */
  enum Packages {
    BINDINGS(
        "io.hairpin.p4runtime.v1..",
        "io.hairpin.p4runtime.config..",
        "io.hairpin.p4runtime.dataplane..",
        "io.hairpin.p4runtime.role..",
        "io.hairpin.p4runtime.trace.."),
    CLIENT("io.hairpin.p4runtime.client.."),
    BRIDGE("io.hairpin.bridge.."),
    NETCONF_SERVER("io.hairpin.netconf.."),
    SOFT_SWITCH("io.hairpin.softswitch.."),
    APP("io.hairpin.app.."),
    DEMO("io.hairpin.tests.demo..");

    private final String[] names;

    Packages(String... names) {
      this.names = names;
    }

    private List<Packages> knows() {
      return switch (this) {
        case BINDINGS, NETCONF_SERVER -> List.of();
        case CLIENT, SOFT_SWITCH -> List.of(BINDINGS);
        case BRIDGE -> List.of(CLIENT);
        case APP -> List.of(BRIDGE, CLIENT, NETCONF_SERVER, SOFT_SWITCH);
        case DEMO -> List.of(BINDINGS, NETCONF_SERVER);
      };
    }
  }

  @ParameterizedTest
  @EnumSource
  void theyKnowNoOthersThanTheirArrowsSay(Packages packages) {
    List<String> others = new ArrayList<>();
    for (Packages other : Packages.values()) {
      if (other != packages && !packages.knows().contains(other)) {
        others.addAll(Arrays.asList(other.names));
      }
    }
    noClasses()
        .that()
        .resideInAnyPackage(packages.names)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(others.toArray(String[]::new))
        .check(CLASSES);
  }

  @Test
  void everyClassIsInOneOfThem() {
    String[] all =
        Stream.of(Packages.values())
            .flatMap(packages -> Arrays.stream(packages.names))
            .toArray(String[]::new);
    classes().should().resideInAnyPackage(all).check(CLASSES);
  }

  @Test
  void theBridgeKnowsNoYang() {
    noClasses()
        .that(resideInAPackage("io.hairpin.bridge.."))
        .should()
        .dependOnClassesThat(resideInAnyPackage("org.opendaylight..", "org.apache.sshd.."))
        .check(CLASSES);
  }

  @Test
  void theNetconfServerKnowsNoP4Runtime() {
    noClasses()
        .that(resideInAPackage("io.hairpin.netconf.."))
        .should()
        .dependOnClassesThat(resideInAnyPackage("io.grpc..", "com.google.protobuf.."))
        .check(CLASSES);
  }

  @Test
  void onlyTheApplicationKnowsSpring() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.hairpin.app..")
        .should()
        .dependOnClassesThat(resideInAPackage("org.springframework.."))
        .check(CLASSES);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("io.hairpin.(*)..").should().beFreeOfCycles().check(CLASSES);
  }
}
