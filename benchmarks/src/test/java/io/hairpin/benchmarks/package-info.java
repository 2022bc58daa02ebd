/** The interpreter and the compiled program do the same. */
@NullMarked
package io.hairpin.benchmarks;

import org.jspecify.annotations.NullMarked;
