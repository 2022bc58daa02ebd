/** The engine: compiles p4c's bmv2 JSON (v1model) to bytecode and runs frames through it. */
@NullMarked
package io.hairpin.softswitch.engine;

import org.jspecify.annotations.NullMarked;
