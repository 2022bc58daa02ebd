/** Ports: where frames enter and leave the switch, and the threads that carry them through. */
@NullMarked
package io.hairpin.softswitch.port;

import org.jspecify.annotations.NullMarked;
