// SPDX-License-Identifier: Apache-2.0
#ifndef PACKET_FIELDS_P4
#define PACKET_FIELDS_P4

#include "headers.p4"

// The fields that access lists match, IPv4 and IPv6, TCP and UDP alike. It holds nothing with an
// id: each side that has an access list applies it.
control PacketFields(in headers_t hdr, inout metadata_t meta) {
    apply {
        meta.ether_type = hdr.ethernet.ether_type;
        if (hdr.c_tag.isValid()) {
            meta.ether_type = hdr.c_tag.ether_type;
        }
        // What a customer's own S-tag carries is nothing that a C-VLAN bridge looks into.
        if (hdr.carried_s_tag.isValid()) {
            return;
        }
        if (hdr.ipv4.isValid() && hdr.ipv4.version == 4 && hdr.ipv4.ihl >= 5) {
            meta.fields.ip = ip_t.IPV4;
            meta.fields.ip_src_low = (bit<64>) hdr.ipv4.src_addr;
            meta.fields.ip_dst_low = (bit<64>) hdr.ipv4.dst_addr;
            meta.fields.dscp = hdr.ipv4.dscp;
            meta.fields.ecn = hdr.ipv4.ecn;
            meta.fields.ttl = hdr.ipv4.ttl;
            meta.fields.protocol = hdr.ipv4.protocol;
        } else if (hdr.ipv6.isValid() && hdr.ipv6.version == 6) {
            meta.fields.ip = ip_t.IPV6;
            meta.fields.ip_src_high = hdr.ipv6.src_addr_high;
            meta.fields.ip_src_low = hdr.ipv6.src_addr_low;
            meta.fields.ip_dst_high = hdr.ipv6.dst_addr_high;
            meta.fields.ip_dst_low = hdr.ipv6.dst_addr_low;
            meta.fields.dscp = hdr.ipv6.dscp;
            meta.fields.ecn = hdr.ipv6.ecn;
            meta.fields.ttl = hdr.ipv6.hop_limit;
            meta.fields.protocol = hdr.ipv6.next_header;
        }
        if (hdr.tcp.isValid()) {
            meta.fields.transport = transport_t.TCP;
            meta.fields.src_port = hdr.tcp.src_port;
            meta.fields.dst_port = hdr.tcp.dst_port;
            meta.fields.tcp_flags = hdr.tcp.flags;
        } else if (hdr.udp.isValid()) {
            meta.fields.transport = transport_t.UDP;
            meta.fields.src_port = hdr.udp.src_port;
            meta.fields.dst_port = hdr.udp.dst_port;
        } else if (hdr.icmp.isValid()) {
            meta.fields.transport = transport_t.ICMP;
            meta.fields.src_port = (bit<16>) hdr.icmp.type;
            meta.fields.dst_port = (bit<16>) hdr.icmp.code;
        }
    }
}

#endif
