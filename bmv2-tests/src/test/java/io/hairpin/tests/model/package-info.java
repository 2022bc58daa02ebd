/** An executable model of an 802.1Q bridge with reflective relay, written from the standard. */
@NullMarked
package io.hairpin.tests.model;

import org.jspecify.annotations.NullMarked;
