// SPDX-License-Identifier: Apache-2.0
#ifndef FRAME_PARSER_P4
#define FRAME_PARSER_P4

#include "headers.p4"

const bit<16> ETHER_TYPE_IPV4 = 0x0800;
const bit<16> ETHER_TYPE_IPV6 = 0x86DD;
const bit<8> PROTOCOL_HOP_BY_HOP = 0;
const bit<8> PROTOCOL_ICMP = 1;
const bit<8> PROTOCOL_IGMP = 2;
const bit<8> PROTOCOL_TCP = 6;
const bit<8> PROTOCOL_UDP = 17;
const bit<8> PROTOCOL_ICMPV6 = 58;

parser FrameParser(packet_in packet, out headers_t hdr, inout metadata_t meta) {
    state start {
        transition select(packet.lookahead<bit<32>>()) {
            0: zeros;
            default: ethernet;
        }
    }
    // An ASIC selects by 32 bits at once.
    state zeros {
        transition select(packet.lookahead<mac_t>()[15:0]) {
            0: from_cpu;
            default: ethernet;
        }
    }
    state from_cpu {
        packet.extract(hdr.packet_out);
        transition ethernet;
    }
    state ethernet {
        packet.extract(hdr.ethernet);
        transition select(hdr.ethernet.ether_type) {
            TPID_S_TAG: s_tag;
            TPID_C_TAG: c_tag;
            ETHER_TYPE_IPV4: ipv4;
            ETHER_TYPE_IPV6: ipv6;
            default: other;
        }
    }
    state s_tag {
        packet.extract(hdr.s_tag);
        transition select(hdr.s_tag.ether_type) {
            TPID_C_TAG: c_tag;
            ETHER_TYPE_IPV4: ipv4;
            ETHER_TYPE_IPV6: ipv6;
            default: other;
        }
    }
    state c_tag {
        packet.extract(hdr.c_tag);
        transition select(hdr.c_tag.ether_type) {
            ETHER_TYPE_IPV4: ipv4;
            ETHER_TYPE_IPV6: ipv6;
            default: other;
        }
    }

    // What follows the tags is for access lists and classes alone: where it is cut short, parsing ends
    // and the frame is bridged like any other.
    state other {
        meta.layer2 = 1;
        transition accept;
    }
    state ipv4 {
        meta.layer2 = 1;
        packet.extract(hdr.ipv4);
        // Only the first fragment has ports; an options field of less than nothing has none.
        transition select(hdr.ipv4.version, hdr.ipv4.fragment_offset, hdr.ipv4.ihl) {
            (4, 0, 5): ipv4_payload;
            (4, 0, 6 .. 15): ipv4_options;
            default: accept;
        }
    }
    state ipv4_options {
        packet.extract(hdr.ipv4_options, ((bit<32>) hdr.ipv4.ihl - 5) << 5);
        transition ipv4_payload;
    }
    state ipv4_payload {
        transition select(hdr.ipv4.protocol) {
            PROTOCOL_ICMP: icmp;
            PROTOCOL_IGMP: membership;
            PROTOCOL_TCP: tcp;
            PROTOCOL_UDP: udp;
            default: accept;
        }
    }
    state ipv6 {
        meta.layer2 = 1;
        packet.extract(hdr.ipv6);
        transition select(hdr.ipv6.version, hdr.ipv6.next_header) {
            (6, PROTOCOL_HOP_BY_HOP): hop_by_hop;
            (6, PROTOCOL_ICMPV6): icmp;
            (6, PROTOCOL_TCP): tcp;
            (6, PROTOCOL_UDP): udp;
            default: accept;
        }
    }
    state hop_by_hop {
        packet.extract(hdr.hop_by_hop);
        transition select(hdr.hop_by_hop.next_header, hdr.hop_by_hop.length) {
            (PROTOCOL_ICMPV6, 0): membership;
            default: accept;
        }
    }
    state membership {
        packet.extract(hdr.membership);
        transition accept;
    }
    state tcp {
        packet.extract(hdr.tcp);
        transition accept;
    }
    state udp {
        packet.extract(hdr.udp);
        transition accept;
    }
    state icmp {
        packet.extract(hdr.icmp);
        transition accept;
    }
}

#endif
