package io.hairpin.softswitch.p4runtime;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.hairpin.p4runtime.role.P4RoleConfig;
import io.hairpin.p4runtime.v1.Entity;
import io.hairpin.p4runtime.v1.PacketIn;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a role may do (P4Runtime 5.2): all, or what its config says. The scheme of configs is {@code
 * stratum.P4RoleConfig}. What has no id in P4Info, such as multicast groups, is for roles without a
 * config.
 */
final class Access {
  /** Full pipeline access. */
  static final Access FULL = new Access(null, null);

  private final @Nullable Any config;
  private final @Nullable P4RoleConfig scheme;
  private final Set<Integer> ids = new HashSet<>();

  private Access(@Nullable Any config, @Nullable P4RoleConfig scheme) {
    this.config = config;
    this.scheme = scheme;
    if (scheme != null) {
      ids.addAll(scheme.getSharedP4IdsList());
      ids.addAll(scheme.getExclusiveP4IdsList());
    }
  }

  /**
   * Reads a role's config.
   *
   * @throws Refusal INVALID_ARGUMENT where it is not of the scheme
   */
  static Access of(String role, Any config) {
    try {
      return new Access(config, config.unpack(P4RoleConfig.class));
    } catch (InvalidProtocolBufferException e) {
      throw Refusal.invalid(
          "role '%s': config of type '%s' is no %s",
          role, config.getTypeUrl(), P4RoleConfig.getDescriptor().getFullName());
    }
  }

  /** The config as it was given; null for full access. */
  @Nullable Any config() {
    return config;
  }

  /** Whether what P4Info has under an id may be read and written; 0 is what it has no id for. */
  boolean allows(int id) {
    return scheme == null || ids.contains(id);
  }

  boolean mayPushPipelines() {
    return scheme == null || scheme.getCanPushPipeline();
  }

  boolean receives(PacketIn packet) {
    if (scheme == null) {
      return true;
    }
    if (!scheme.getReceivesPacketIns()) {
      return false;
    }
    if (!scheme.hasPacketInFilter()) {
      return true;
    }
    P4RoleConfig.PacketFilter filter = scheme.getPacketInFilter();
    ByteString wanted = Bytes.canonical(filter.getValue());
    return packet.getMetadataList().stream()
        .anyMatch(
            metadata ->
                metadata.getMetadataId() == filter.getMetadataId()
                    && metadata.getValue().equals(wanted));
  }

  /**
   * Checks that this does not take what another role has for itself.
   *
   * @throws Refusal INVALID_ARGUMENT where one of the ids is exclusive to one and known to the
   *     other
   */
  void checkBeside(String role, Access other, String otherRole) {
    if (scheme == null || other.scheme == null) {
      return;
    }
    for (int id : ids) {
      if (other.ids.contains(id)
          && (scheme.getExclusiveP4IdsList().contains(id)
              || other.scheme.getExclusiveP4IdsList().contains(id))) {
        throw Refusal.invalid(
            "role '%s': id %s is role '%s''s too, but is to be exclusive",
            role, Integer.toUnsignedString(id), otherRole);
      }
    }
  }

  /** The id that P4Info has for what an entity is of; 0 where it has none. */
  static int id(Entity entity) {
    return switch (entity.getEntityCase()) {
      case TABLE_ENTRY -> entity.getTableEntry().getTableId();
      case DIRECT_COUNTER_ENTRY -> entity.getDirectCounterEntry().getTableEntry().getTableId();
      case DIRECT_METER_ENTRY -> entity.getDirectMeterEntry().getTableEntry().getTableId();
      case COUNTER_ENTRY -> entity.getCounterEntry().getCounterId();
      case METER_ENTRY -> entity.getMeterEntry().getMeterId();
      case REGISTER_ENTRY -> entity.getRegisterEntry().getRegisterId();
      case VALUE_SET_ENTRY -> entity.getValueSetEntry().getValueSetId();
      case DIGEST_ENTRY -> entity.getDigestEntry().getDigestId();
      case ACTION_PROFILE_MEMBER -> entity.getActionProfileMember().getActionProfileId();
      case ACTION_PROFILE_GROUP -> entity.getActionProfileGroup().getActionProfileId();
      case EXTERN_ENTRY, PACKET_REPLICATION_ENGINE_ENTRY, ENTITY_NOT_SET -> 0;
    };
  }
}
