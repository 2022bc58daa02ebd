/** A NETCONF server (RFC 6241) over SSH (RFC 6242) for any YANG schema (RFC 7950). */
@NullMarked
package io.hairpin.netconf.server;

import org.jspecify.annotations.NullMarked;
