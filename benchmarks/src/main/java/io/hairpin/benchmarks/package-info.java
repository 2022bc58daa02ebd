/** What {@code ./hairpin bench} measures; nothing here is asserted. */
@NullMarked
package io.hairpin.benchmarks;

import org.jspecify.annotations.NullMarked;
