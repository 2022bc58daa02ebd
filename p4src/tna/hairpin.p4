// SPDX-License-Identifier: Apache-2.0
// Hairpin on TNA (switch ASICs of the Tofino family): the shared blocks in their order, and what only
// this architecture has: what ingress hands to egress, the verdicts, the counters, the replicas.
#include <core.p4>
#include <tna.p4>

#define DISCARDS_BY_FLAG

#include "../shared/attachments.p4"
#include "../shared/filtering_database.p4"
#include "../shared/frame_parser.p4"
#include "../shared/headers.p4"
#include "../shared/marking.p4"
#include "../shared/multicast.p4"
#include "../shared/packet_fields.p4"
#include "../shared/port_state.p4"
#include "../shared/priority.p4"
#include "../shared/reception.p4"
#include "../shared/reflective_relay.p4"
#include "../shared/s_channel.p4"
#include "../shared/transmission.p4"
#include "../shared/trap.p4"
#include "../shared/vlan_admission.p4"
#include "../shared/vlan_egress.p4"
#include "headers.p4"
#include "dscp.p4"
#include "egress_access_lists.p4"
#include "flood_rates.p4"
#include "ingress_access_lists.p4"
#include "mirroring.p4"
#include "policing.p4"
#include "sampling.p4"
#include "source.p4"
#include "verdict.p4"

const DigestType_t DIGEST_LEARN = 1;
const MirrorType_t MIRROR_COPY = 1;

parser HairpinIngressParser(packet_in packet, out tna_headers_t hdr, out tna_metadata_t local,
                            out ingress_intrinsic_metadata_t intrinsic) {
    FrameParser() frame;

    state start {
        packet.extract(intrinsic);
        packet.advance(PORT_METADATA_SIZE);
        local = ...;
        frame.apply(packet, hdr.frame, local.meta);
        transition accept;
    }
}

// One octet of an access list's key: a stage's ternary crossbar has just enough of them.
@pa_byte_pack("ingress", 1, "local.meta.pcp", "local.meta.fields.ip", "local.meta.fields.transport")
control HairpinIngress(inout tna_headers_t hdr, inout tna_metadata_t local,
                       in ingress_intrinsic_metadata_t intrinsic,
                       in ingress_intrinsic_metadata_from_parser_t from_parser,
                       inout ingress_intrinsic_metadata_for_deparser_t for_deparser,
                       inout ingress_intrinsic_metadata_for_tm_t for_tm) {
    Reception() reception;
    ChannelReception() channel;
    Sampling() sampling;
    Trap() trap;
    VlanAdmission() admission;
    IngressState() state;
    Priority() priority;
    IngressAttachments() attachments;
    IngressAccessLists() access_lists;
    Policing() policing;
    TrafficClass() traffic_class;
    Source() source;
    FilteringDatabase() filtering_database;
    Multicast() multicast;
    FloodRates() flood_rates;
    ReflectiveRelay() reflective_relay;
    Transmission() transmission;
    PacketFields() fields;
    Verdict() verdict;

    @id(COUNTER_RECEIVED)
    Counter<bit<64>, logical_port_t>(LOGICAL_PORTS, CounterType_t.PACKETS_AND_BYTES) received;
    @id(COUNTER_INGRESS_SUPPRESSED)
    Counter<bit<64>, logical_port_t>(LOGICAL_PORTS,
                                     CounterType_t.PACKETS_AND_BYTES) ingress_suppressed;
    @id(COUNTER_INGRESS_DISCARDS)
    Counter<bit<64>, bit<8>>(REASONS, CounterType_t.PACKETS_AND_BYTES) ingress_discards;
    @id(COUNTER_VLAN_RECEIVED)
    Counter<bit<64>, vid_t>(VLANS, CounterType_t.PACKETS_AND_BYTES) vlan_received;
    @id(COUNTER_TRAFFIC_CLASS)
    Counter<bit<64>, bit<3>>(PRIORITIES, CounterType_t.PACKETS_AND_BYTES) queued;

    @hidden
    action choose_session() {
        local.session = (MirrorId_t) local.meta.mirrors + (MirrorId_t) local.meta.sample_session;
    }

    // Nothing leaves but by a decision to send it: a frame that has neither an egress port nor a
    // multicast group goes nowhere. Look-ups do not wait for what others find to be a reason to discard
    // the frame; what counts, meters or tells control does.
    apply {
        reception.apply(intrinsic.ingress_port, local.meta);
        channel.apply(intrinsic.ingress_port, hdr.frame, local.meta);
        if (local.meta.discards.UNKNOWN_PORT == 0 && local.meta.discards.UNKNOWN_CHANNEL == 0
                && local.meta.path == path_t.RELAY) {
            received.count(local.meta.reception_port);
            if (local.meta.sampling != 0) {
                sampling.apply(local.meta, local.steps);
            }
        }
        fields.apply(hdr.frame, local.meta);

        // The parser drops what it cannot parse unless its verdict is read.
        if (local.meta.layer2 == 0 || (from_parser.parser_err & ~PARSER_ERROR_PARTIAL_HDR) != 0) {
            local.meta.discards.MALFORMED = 1;
        }
        if (local.meta.path == path_t.FROM_CPU) {
            if (hdr.frame.packet_out.isValid()) {
                local.meta.transmission_port = hdr.frame.packet_out.transmission_port;
                hdr.frame.packet_out.setInvalid();
            } else {
                local.meta.discards.CPU_HEADER = 1;
            }
        } else {
            if (hdr.frame.packet_out.isValid()) {
                local.meta.discards.CPU_HEADER = 1;
            }
            if (hdr.frame.ethernet.src_addr[40:40] == 1) {
                local.meta.discards.SOURCE_ADDRESS = 1;
            }
            if (hdr.frame.ethernet.src_addr[47:16] == hdr.frame.ethernet.dst_addr[47:16]) {
                // A condition compares 32 bits of two fields.
                if (hdr.frame.ethernet.src_addr[15:0] == hdr.frame.ethernet.dst_addr[15:0]) {
                    local.meta.discards.SAME_ADDRESS = 1;
                }
            }
            admission.apply(hdr.frame, local.meta);
            trap.apply(hdr.frame, local.meta);
        }

        reason_t relayed = reason_t.NONE;
        hdr.bridged.setValid();
        hdr.bridged.reflective_relay = local.meta.reflective_relay;
        if (local.meta.path == path_t.RELAY) {
            bool admitted = false;
            if (local.meta.discards.UNKNOWN_CHANNEL == 0 && local.meta.discards.UNKNOWN_PORT == 0
                    && local.meta.discards.MALFORMED == 0 && local.meta.discards.CPU_HEADER == 0
                    && local.meta.discards.SOURCE_ADDRESS == 0
                    && local.meta.discards.SAME_ADDRESS == 0
                    && local.meta.discards.RESERVED_ADDRESS == 0
                    && local.meta.discards.FRAME_TYPE == 0
                    && local.meta.discards.UNKNOWN_VLAN == 0
                    && local.meta.discards.INGRESS_FILTERING == 0) {
                admitted = true;
            }
            state.apply(local.meta);
            attachments.apply(local.meta);
            priority.apply(hdr.frame, local.meta);
            filtering_database.apply(hdr.frame, local.meta);
            local.steps.flood_index = local.meta.reception_port ++ (bit<2>) local.meta.flood;
            if (admitted) {
                vlan_received.count(local.meta.vid);
            }
            if (admitted && local.meta.state == port_state_t.FORWARDING) {
                access_lists.apply(hdr.frame, local.meta, local.steps.of_vlan);
            } else {
                local.meta.mirrors = 0;
            }
            if (admitted && local.meta.state == port_state_t.FORWARDING
                    && local.meta.discards.ACCESS_LIST == 0
                    && local.meta.discards.BLACKHOLE == 0
                    && local.meta.flood != flood_t.NONE && local.meta.ace.redirect == 0) {
                flood_rates.apply(local.meta, local.steps.flood_index,
                                  hdr.bridged.reflective_relay);
            }
            policing.apply(admitted, local.meta, local.steps);
            if (local.meta.ace.redirect != 0) {
                local.meta.transmission_port = local.meta.ace.redirect;
            } else if (local.meta.flood == flood_t.MULTICAST) {
                multicast.apply(hdr.frame, local.meta);
            }
            if (admitted && local.meta.state != port_state_t.BLOCKING) {
                source.apply(hdr.frame, local.meta, local.steps);
            }
            if (local.meta.learn == 1 && local.meta.discards.ACCESS_LIST == 0
                    && local.meta.discards.POLICER == 0) {
                for_deparser.digest_type = DIGEST_LEARN;
            }
            reflective_relay.apply(local.meta.reception_port, local.meta.transmission_port,
                                   local.meta.reflective_relay, relayed);
            traffic_class.apply(local.meta);
            for_tm.qid = (QueueId_t) local.meta.traffic_class;
        }
        transmission.apply(local.meta);
        if (local.meta.path == path_t.RELAY && local.meta.transmission_port == 0) {
            for_tm.mcast_grp_a = local.meta.group;
        } else {
            for_tm.ucast_egress_port = local.meta.port;
        }
        hdr.bridged.arrival = arrival_t.FRAME;
        hdr.bridged.path = local.meta.path;
        hdr.bridged.dei = local.meta.dei;
        hdr.bridged.priority = local.meta.priority;
        hdr.bridged.vid = local.meta.vid;
        hdr.bridged.mstid = local.meta.mstid;
        hdr.bridged.reception_port = local.meta.reception_port;
        hdr.bridged.transmission_port = local.meta.transmission_port;
        hdr.bridged.trap_reason = local.meta.trap_reason;

        verdict.apply(local.meta, relayed);
        if (local.meta.reason != reason_t.NONE) {
            ingress_discards.count((bit<8>) local.meta.reason);
            for_deparser.drop_ctl = DROP;
            if (local.meta.reason == reason_t.RECEPTION_PORT) {
                ingress_suppressed.count(local.meta.reception_port);
            }
        } else if (local.meta.path == path_t.RELAY) {
            queued.count(local.meta.traffic_class);
        }

        // One copy of a frame: its session is the set of those that want it, and the sample's.
        choose_session();
        if (local.session != 0) {
            local.copy = arrival_t.COPY;
            for_deparser.mirror_type = MIRROR_COPY;
        }
    }
}

control HairpinIngressDeparser(packet_out packet, inout tna_headers_t hdr, in tna_metadata_t local,
                               in ingress_intrinsic_metadata_for_deparser_t for_deparser) {
    @name(".learn_t")
    Digest<learn_t>(DIGEST_LEARN) learn;
    Mirror() mirror;

    apply {
        if (for_deparser.digest_type == DIGEST_LEARN) {
            learn.pack({
                local.meta.reception_port, local.meta.fid, hdr.frame.ethernet.src_addr
            });
        }
        if (for_deparser.mirror_type == MIRROR_COPY) {
            mirror.emit<copy_t>(local.session, { local.copy, local.meta.reception_port });
        }
        packet.emit(hdr);
    }
}

parser HairpinEgressParser(packet_in packet, out tna_headers_t hdr, out tna_metadata_t local,
                           out egress_intrinsic_metadata_t intrinsic) {
    FrameParser() frame;

    state start {
        packet.extract(intrinsic);
        local = ...;
        transition select(packet.lookahead<arrival_t>()) {
            arrival_t.COPY: copy;
            default: bridged;
        }
    }
    state copy {
        packet.extract(hdr.copy);
        transition ethernet;
    }
    state bridged {
        packet.extract(hdr.bridged);
        transition select(hdr.bridged.path) {
            path_t.RELAY: relayed;
            path_t.FROM_CPU: ethernet;
            default: accept;
        }
    }
    state relayed {
        frame.apply(packet, hdr.frame, local.meta);
        transition accept;
    }
    // All that changes of a copy and of what control sends is directly behind the addresses.
    state ethernet {
        packet.extract(hdr.frame.ethernet);
        transition accept;
    }
}

@pa_byte_pack("egress", 1, "local.meta.pcp", "local.meta.fields.ip", "local.meta.fields.transport")
control HairpinEgress(inout tna_headers_t hdr, inout tna_metadata_t local,
                      in egress_intrinsic_metadata_t intrinsic,
                      in egress_intrinsic_metadata_from_parser_t from_parser,
                      inout egress_intrinsic_metadata_for_deparser_t for_deparser,
                      inout egress_intrinsic_metadata_for_output_port_t for_output_port) {
    ReflectiveRelay() reflective_relay;
    EgressState() state;
    VlanEgress() vlan;
    ChannelTransmission() channel;
    Marking() marking;
    Dscp() dscp;
    EgressAttachments() attachments;
    EgressAccessLists() access_lists;
    Mirroring() mirroring;
    PacketFields() fields;

    @id(COUNTER_TRANSMITTED)
    Counter<bit<64>, logical_port_t>(LOGICAL_PORTS, CounterType_t.PACKETS_AND_BYTES) transmitted;
    @id(COUNTER_REFLECTED)
    Counter<bit<64>, logical_port_t>(LOGICAL_PORTS, CounterType_t.PACKETS_AND_BYTES) reflected;
    @id(COUNTER_EGRESS_SUPPRESSED)
    Counter<bit<64>, logical_port_t>(LOGICAL_PORTS,
                                     CounterType_t.PACKETS_AND_BYTES) egress_suppressed;
    @id(COUNTER_EGRESS_DISCARDS)
    Counter<bit<64>, bit<8>>(REASONS, CounterType_t.PACKETS_AND_BYTES) egress_discards;
    @id(COUNTER_VLAN_TRANSMITTED)
    Counter<bit<64>, vid_t>(VLANS, CounterType_t.PACKETS_AND_BYTES) vlan_transmitted;

    // Apart from the count, as the sample is.
    @hidden
    action suppress() {
        local.meta.reason = reason_t.RECEPTION_PORT;
    }

    apply {
        if (hdr.copy.isValid()) {
            if (intrinsic.egress_rid == SAMPLE) {
                hdr.frame.packet_in.setValid();
                hdr.frame.packet_in.reception_port = hdr.copy.reception_port;
                hdr.frame.packet_in.reason = PACKET_IN_SAMPLE;
            } else {
                mirroring.apply(hdr.frame, intrinsic.egress_rid, for_deparser);
            }
            hdr.copy.setInvalid();
        } else if (hdr.bridged.path == path_t.TO_CPU || (hdr.bridged.path == path_t.RELAY
                && hdr.bridged.transmission_port == 0 && intrinsic.egress_rid == TO_CONTROL)) {
            hdr.frame.packet_in.setValid();
            hdr.frame.packet_in.reception_port = hdr.bridged.reception_port;
            hdr.frame.packet_in.reason = hdr.bridged.trap_reason;
            hdr.bridged.setInvalid();
        } else {
            // What ingress knew of the frame; a replica's port is its own.
            local.meta.path = hdr.bridged.path;
            local.meta.reflective_relay = hdr.bridged.reflective_relay;
            local.meta.dei = hdr.bridged.dei;
            local.meta.priority = hdr.bridged.priority;
            local.meta.vid = hdr.bridged.vid;
            local.meta.mstid = hdr.bridged.mstid;
            local.meta.reception_port = hdr.bridged.reception_port;
            bool replica = false;
            if (hdr.bridged.path == path_t.RELAY && hdr.bridged.transmission_port == 0) {
                replica = true;
                local.meta.transmission_port = intrinsic.egress_rid;
            } else {
                local.meta.transmission_port = hdr.bridged.transmission_port;
            }
            hdr.bridged.setInvalid();
            if (local.meta.path == path_t.RELAY) {
                // The S-tag of a channel was removed in ingress: one that is there now is a customer's.
                if (hdr.frame.s_tag.isValid()) {
                    hdr.frame.carried_s_tag = hdr.frame.s_tag;
                    hdr.frame.carried_c_tag = hdr.frame.c_tag;
                    hdr.frame.s_tag.setInvalid();
                    hdr.frame.c_tag.setInvalid();
                }
                reason_t relayed = reason_t.NONE;
                if (replica) {
                    reflective_relay.apply(local.meta.reception_port, local.meta.transmission_port,
                                           local.meta.reflective_relay, relayed);
                }
                state.apply(local.meta);
                marking.apply(local.meta);
                dscp.apply(hdr.frame, local);
                vlan.apply(hdr.frame, local.meta);
                fields.apply(hdr.frame, local.meta);
                if (relayed == reason_t.NONE && local.meta.discards.PORT_STATE == 0
                        && local.meta.discards.EGRESS_MEMBER == 0) {
                    attachments.apply(local.meta);
                    access_lists.apply(hdr.frame, local.meta);
                }
                if (local.meta.mirrors != 0) {
                    local.session = (MirrorId_t) local.meta.mirrors;
                    local.copy = arrival_t.COPY;
                    for_deparser.mirror_type = MIRROR_COPY;
                }
                if (relayed == reason_t.RECEPTION_PORT) {
                    suppress();
                    egress_suppressed.count(local.meta.reception_port, BRIDGED_OCTETS);
                } else if (local.meta.discards.PORT_STATE == 1) {
                    local.meta.reason = reason_t.PORT_STATE;
                } else if (local.meta.discards.EGRESS_MEMBER == 1) {
                    local.meta.reason = reason_t.EGRESS_MEMBER;
                } else if (local.meta.discards.ACCESS_LIST == 1) {
                    local.meta.reason = reason_t.ACCESS_LIST;
                }
            }
            if (local.meta.reason != reason_t.NONE) {
                egress_discards.count((bit<8>) local.meta.reason, BRIDGED_OCTETS);
                for_deparser.drop_ctl = DROP;
            } else {
                if (local.meta.path == path_t.RELAY) {
                    vlan_transmitted.count(local.meta.vid, BRIDGED_OCTETS);
                    if (local.meta.reception_port == local.meta.transmission_port) {
                        reflected.count(local.meta.reception_port, BRIDGED_OCTETS);
                    }
                }
                channel.apply(hdr.frame, local.meta);
                transmitted.count(local.meta.transmission_port, BRIDGED_OCTETS);
            }
        }
    }
}

control HairpinEgressDeparser(packet_out packet, inout tna_headers_t hdr, in tna_metadata_t local,
                              in egress_intrinsic_metadata_for_deparser_t for_deparser) {
    Checksum() checksum;
    Mirror() mirror;

    apply {
        if (local.updates_checksum == 1) {
            hdr.frame.ipv4.checksum = checksum.update({
                hdr.frame.ipv4.version, hdr.frame.ipv4.ihl, hdr.frame.ipv4.dscp,
                hdr.frame.ipv4.ecn, local.inverse_checksum, local.inverse_word
            });
        }
        if (for_deparser.mirror_type == MIRROR_COPY) {
            mirror.emit<copy_t>(local.session, { local.copy, local.meta.reception_port });
        }
        packet.emit(hdr);
    }
}

Pipeline(HairpinIngressParser(), HairpinIngress(), HairpinIngressDeparser(),
         HairpinEgressParser(), HairpinEgress(), HairpinEgressDeparser()) hairpin;

@pkginfo(name="hairpin", version="0.4.0")
Switch(hairpin) main;
