/** The message framing of RFC 6242, for both ends of a session. */
@NullMarked
package io.hairpin.netconf.transport;

import org.jspecify.annotations.NullMarked;
