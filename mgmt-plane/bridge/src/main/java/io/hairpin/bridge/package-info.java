/** The bridge: configuration to intent to table entries, and packets to state. */
@NullMarked
package io.hairpin.bridge;

import org.jspecify.annotations.NullMarked;
