/** IGMP and MLD snooping (RFC 4541): which ports want which groups, told by what hosts say. */
@NullMarked
package io.hairpin.bridge.multicast;

import org.jspecify.annotations.NullMarked;
