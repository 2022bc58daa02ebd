/** Runs scripts of p4c's simple test framework against programs in the engine. */
@NullMarked
package io.hairpin.tests.stf;

import org.jspecify.annotations.NullMarked;
