/** The switch's gRPC services: P4Runtime 1.5, and bmv2's dataplane service. */
@NullMarked
package io.hairpin.softswitch.p4runtime;

import org.jspecify.annotations.NullMarked;
