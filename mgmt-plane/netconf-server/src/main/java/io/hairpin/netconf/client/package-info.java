/** A small NETCONF client over SSH (RFC 6242), for demonstrations and tests. */
@NullMarked
package io.hairpin.netconf.client;

import org.jspecify.annotations.NullMarked;
