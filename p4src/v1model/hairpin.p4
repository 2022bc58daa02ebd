// SPDX-License-Identifier: Apache-2.0
// Hairpin on v1model (bmv2, the soft switch): the shared blocks in their order, and what only this
// architecture has: the verdicts, the counters, the replicas.
#include <core.p4>
#include <v1model.p4>

#include "../shared/attachments.p4"
#include "../shared/filtering_database.p4"
#include "../shared/frame_parser.p4"
#include "../shared/headers.p4"
#include "../shared/marking.p4"
#include "../shared/multicast.p4"
#include "../shared/port_state.p4"
#include "../shared/priority.p4"
#include "../shared/reception.p4"
#include "../shared/reflective_relay.p4"
#include "../shared/s_channel.p4"
#include "../shared/transmission.p4"
#include "../shared/trap.p4"
#include "../shared/vlan_admission.p4"
#include "../shared/vlan_egress.p4"
#include "dscp.p4"
#include "egress_access_lists.p4"
#include "flood_rates.p4"
#include "ingress_access_lists.p4"
#include "mirroring.p4"
#include "policing.p4"
#include "sampling.p4"
#include "source.p4"

// standard_metadata.instance_type
const bit<32> INSTANCE_INGRESS_CLONE = 1;
const bit<32> INSTANCE_EGRESS_CLONE = 2;
const bit<32> INSTANCE_REPLICA = 5;

parser HairpinParser(packet_in packet, out headers_t hdr, inout metadata_t meta,
                     inout standard_metadata_t standard_metadata) {
    FrameParser() frame;

    state start {
        frame.apply(packet, hdr, meta);
        transition accept;
    }
}

control HairpinVerifyChecksum(inout headers_t hdr, inout metadata_t meta) {
    apply { }
}

control HairpinIngress(inout headers_t hdr, inout metadata_t meta,
                       inout standard_metadata_t standard_metadata) {
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

    @id(COUNTER_RECEIVED)
    counter(LOGICAL_PORTS, CounterType.packets_and_bytes) received;
    @id(COUNTER_INGRESS_SUPPRESSED)
    counter(LOGICAL_PORTS, CounterType.packets_and_bytes) ingress_suppressed;
    @id(COUNTER_INGRESS_DISCARDS)
    counter(REASONS, CounterType.packets_and_bytes) ingress_discards;
    @id(COUNTER_VLAN_RECEIVED)
    counter(VLANS, CounterType.packets_and_bytes) vlan_received;
    @id(COUNTER_TRAFFIC_CLASS)
    counter(PRIORITIES, CounterType.packets_and_bytes) queued;

    apply {
        // egress_spec 0 would be port 0: nothing leaves but by a decision to send it.
        mark_to_drop(standard_metadata);

        reception.apply(standard_metadata.ingress_port, meta);
        channel.apply(standard_metadata.ingress_port, hdr, meta);
        if (meta.reason == reason_t.NONE && meta.path == path_t.RELAY) {
            received.count((bit<32>) meta.reception_port);
            if (meta.sampling != 0) {
                sampling.apply(meta);
            }
        }

        if (meta.reason == reason_t.NONE) {
            if (meta.layer2 == 0) {
                meta.reason = reason_t.MALFORMED;
            } else if (hdr.packet_out.isValid() != (meta.path == path_t.FROM_CPU)) {
                meta.reason = reason_t.CPU_HEADER;
            } else if (meta.path == path_t.FROM_CPU) {
                meta.transmission_port = hdr.packet_out.transmission_port;
                hdr.packet_out.setInvalid();
            } else if (hdr.ethernet.src_addr[40:40] == 1) {
                meta.reason = reason_t.SOURCE_ADDRESS;
            } else if (hdr.ethernet.src_addr == hdr.ethernet.dst_addr) {
                meta.reason = reason_t.SAME_ADDRESS;
            } else {
                trap.apply(hdr, meta);
            }
        }

        if (meta.reason == reason_t.NONE && meta.path == path_t.RELAY) {
            admission.apply(hdr, meta);
            if (meta.reason == reason_t.NONE) {
                vlan_received.count((bit<32>) meta.vid);
                state.apply(meta);
            }
            attachments.apply(meta);
            if (meta.reason == reason_t.NONE) {
                priority.apply(hdr, meta);
                access_lists.apply(hdr, meta);
            }
            if (meta.reason == reason_t.NONE) {
                policing.apply(meta);
            }
            if (meta.state != port_state_t.BLOCKING && (meta.reason == reason_t.NONE
                    || meta.reason == reason_t.PORT_STATE)) {
                source.apply(hdr, meta);
            }
            if (meta.reason == reason_t.NONE) {
                filtering_database.apply(hdr, meta);
                if (meta.ace.redirect != 0) {
                    meta.transmission_port = meta.ace.redirect;
                    meta.flood = flood_t.NONE;
                }
                if (meta.reason == reason_t.NONE && meta.flood == flood_t.MULTICAST) {
                    multicast.apply(hdr, meta);
                }
            }
            if (meta.reason == reason_t.NONE && meta.flood != flood_t.NONE) {
                flood_rates.apply(meta);
            }
            if (meta.reason == reason_t.NONE) {
                reflective_relay.apply(meta.reception_port, meta.transmission_port,
                                       meta.reflective_relay, meta.reason);
                if (meta.reason == reason_t.RECEPTION_PORT) {
                    ingress_suppressed.count((bit<32>) meta.reception_port);
                }
            }
        }

        if (meta.reason == reason_t.NONE && meta.path != path_t.TO_CPU
                && (meta.transmission_port != 0 || meta.path == path_t.FROM_CPU)) {
            transmission.apply(meta);
        }

        if (meta.reason != reason_t.NONE) {
            ingress_discards.count((bit<32>) (bit<8>) meta.reason);
        } else {
            if (meta.path == path_t.RELAY) {
                traffic_class.apply(meta);
                standard_metadata.priority = meta.traffic_class;
                queued.count((bit<32>) meta.traffic_class);
            }
            if (meta.path == path_t.RELAY && meta.transmission_port == 0) {
                standard_metadata.mcast_grp = meta.group;
            } else {
                standard_metadata.egress_spec = meta.port;
            }
        }

        // One copy of a frame: its session is the set of those that want it, and the sample's.
        bit<32> session = (bit<32>) meta.mirrors + meta.sample_session;
        if (session != 0) {
            clone_preserving_field_list(CloneType.I2E, session, SAMPLE_FIELDS);
        }
    }
}

control HairpinEgress(inout headers_t hdr, inout metadata_t meta,
                      inout standard_metadata_t standard_metadata) {
    ReflectiveRelay() reflective_relay;
    EgressState() state;
    VlanEgress() vlan;
    ChannelTransmission() channel;
    Marking() marking;
    Dscp() dscp;
    EgressAttachments() attachments;
    EgressAccessLists() access_lists;
    Mirroring() mirroring;

    @id(COUNTER_TRANSMITTED)
    counter(LOGICAL_PORTS, CounterType.packets_and_bytes) transmitted;
    @id(COUNTER_REFLECTED)
    counter(LOGICAL_PORTS, CounterType.packets_and_bytes) reflected;
    @id(COUNTER_EGRESS_SUPPRESSED)
    counter(LOGICAL_PORTS, CounterType.packets_and_bytes) egress_suppressed;
    @id(COUNTER_EGRESS_DISCARDS)
    counter(REASONS, CounterType.packets_and_bytes) egress_discards;
    @id(COUNTER_VLAN_TRANSMITTED)
    counter(VLANS, CounterType.packets_and_bytes) vlan_transmitted;

    apply {
        if (standard_metadata.instance_type == INSTANCE_INGRESS_CLONE
                || standard_metadata.instance_type == INSTANCE_EGRESS_CLONE) {
            if (standard_metadata.egress_rid == SAMPLE) {
                hdr.packet_in.setValid();
                hdr.packet_in.reception_port = meta.reception_port;
                hdr.packet_in.reason = PACKET_IN_SAMPLE;
            } else {
                mirroring.apply(hdr, standard_metadata);
            }
            return;
        }
        if (meta.path == path_t.RELAY && standard_metadata.instance_type == INSTANCE_REPLICA
                && standard_metadata.egress_rid == TO_CONTROL) {
            meta.path = path_t.TO_CPU;
        }
        if (meta.path == path_t.TO_CPU) {
            hdr.packet_in.setValid();
            hdr.packet_in.reception_port = meta.reception_port;
            hdr.packet_in.reason = meta.trap_reason;
            return;
        }
        if (meta.path == path_t.RELAY) {
            if (standard_metadata.instance_type == INSTANCE_REPLICA) {
                meta.transmission_port = standard_metadata.egress_rid;
                reflective_relay.apply(meta.reception_port, meta.transmission_port,
                                       meta.reflective_relay, meta.reason);
                if (meta.reason == reason_t.RECEPTION_PORT) {
                    egress_suppressed.count((bit<32>) meta.reception_port);
                }
            }
            if (meta.reason == reason_t.NONE) {
                state.apply(meta);
            }
            meta.mirrors = 0;
            if (meta.reason == reason_t.NONE) {
                marking.apply(meta);
                dscp.apply(hdr, meta);
                vlan.apply(hdr, meta);
            }
            if (meta.reason == reason_t.NONE) {
                attachments.apply(meta);
                access_lists.apply(hdr, meta);
            }
            if (meta.mirrors != 0) {
                clone(CloneType.E2E, (bit<32>) meta.mirrors);
            }
            if (meta.reason != reason_t.NONE) {
                egress_discards.count((bit<32>) (bit<8>) meta.reason);
                mark_to_drop(standard_metadata);
                return;
            }
            vlan_transmitted.count((bit<32>) meta.vid);
            if (meta.reception_port == meta.transmission_port) {
                reflected.count((bit<32>) meta.reception_port);
            }
        }
        channel.apply(hdr, meta);
        transmitted.count((bit<32>) meta.transmission_port);
    }
}

control HairpinComputeChecksum(inout headers_t hdr, inout metadata_t meta) {
    apply { }
}

control HairpinDeparser(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr.packet_in);
        packet.emit(hdr.ethernet);
        packet.emit(hdr.mirror_tag);
        packet.emit(hdr.s_tag);
        packet.emit(hdr.c_tag);
        packet.emit(hdr.carried_s_tag);
        packet.emit(hdr.carried_c_tag);
        packet.emit(hdr.ipv4);
        packet.emit(hdr.ipv4_options);
        packet.emit(hdr.ipv6);
        packet.emit(hdr.hop_by_hop);
        packet.emit(hdr.tcp);
        packet.emit(hdr.udp);
        packet.emit(hdr.icmp);
        packet.emit(hdr.membership);
    }
}

@pkginfo(name="hairpin", version="0.4.0")
V1Switch(HairpinParser(), HairpinVerifyChecksum(), HairpinIngress(), HairpinEgress(),
         HairpinComputeChecksum(), HairpinDeparser()) main;
