/** Frames in, frames out: the whole switch through its front doors, on every target. */
@NullMarked
package io.hairpin.tests;

import org.jspecify.annotations.NullMarked;
