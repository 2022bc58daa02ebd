/** The soft switch: runs p4c's bmv2 JSON behind a P4Runtime server. */
@NullMarked
package io.hairpin.softswitch;

import org.jspecify.annotations.NullMarked;
