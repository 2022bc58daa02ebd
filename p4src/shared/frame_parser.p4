// SPDX-License-Identifier: Apache-2.0
#ifndef FRAME_PARSER_P4
#define FRAME_PARSER_P4

#include "headers.p4"

parser FrameParser(packet_in packet, out headers_t hdr) {
    state start {
        transition select(packet.lookahead<mac_t>()) {
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
            default: accept;
        }
    }
    state s_tag {
        packet.extract(hdr.s_tag);
        transition select(hdr.s_tag.ether_type) {
            TPID_C_TAG: c_tag;
            default: accept;
        }
    }
    state c_tag {
        packet.extract(hdr.c_tag);
        transition accept;
    }
}

#endif
