package io.hairpin.softswitch.p4runtime;

import com.google.protobuf.Any;
import io.grpc.Status;
import io.hairpin.p4runtime.v1.MasterArbitrationUpdate;
import io.hairpin.p4runtime.v1.Role;
import io.hairpin.p4runtime.v1.StreamMessageResponse;
import io.hairpin.p4runtime.v1.Uint128;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who is primary for each role (P4Runtime 5), and what the role may do. A role is there from the
 * first bid for it on. Changes exclude one another and the primaries' writes; the caller sees to
 * that. Questions may be asked at any time.
 */
final class Arbitration {
  private static final Comparator<Uint128> ORDER =
      Comparator.<Uint128>comparingLong(id -> id.getHigh() ^ Long.MIN_VALUE)
          .thenComparingLong(id -> id.getLow() ^ Long.MIN_VALUE);

  /** How many streams a role may have open. */
  private static final int MOST_CONTROLLERS = 64;

  /** The default role's name. */
  private static final String DEFAULT = "";

  private final long deviceId;
  private final Map<String, Election> elections = new ConcurrentHashMap<>();

  Arbitration(long deviceId) {
    this.deviceId = deviceId;
    elections.put(DEFAULT, new Election(DEFAULT));
  }

  /** The primaries of all roles that may do something. */
  List<Controller> primaries(Predicate<Access> able) {
    return elections.values().stream()
        .filter(election -> able.test(election.access))
        .map(election -> election.primary)
        .filter(Objects::nonNull)
        .toList();
  }

  boolean isPrimary(Controller controller) {
    return elections.values().stream().anyMatch(election -> election.primary == controller);
  }

  /**
   * Checks that there is such a role.
   *
   * @throws Refusal NOT_FOUND where nobody has bid for it
   */
  void checkRole(String role) {
    if (!elections.containsKey(role)) {
      throw new Refusal(
          Status.Code.NOT_FOUND, "role '%s': nobody has bid for it; there are %s", role, roles());
    }
  }

  /** What a role may do. */
  Access access(String role) {
    Election election = elections.get(role);
    return election == null ? Access.FULL : election.access;
  }

  private List<String> roles() {
    return elections.keySet().stream().map(role -> "'" + role + "'").sorted().toList();
  }

  /** Whether an election id is that of a role's primary. */
  boolean isPrimary(String role, Uint128 electionId) {
    Election election = elections.get(role);
    Controller primary = election == null ? null : election.primary;
    return primary != null && electionId.equals(primary.electionId);
  }

  /**
   * Takes a controller's bid.
   *
   * @return whether its role has another primary than before, or none any more
   * @throws Refusal where its stream is to end
   */
  boolean update(Controller controller, MasterArbitrationUpdate update) {
    if (update.getDeviceId() != deviceId) {
      if (controller.role != null) {
        throw new Refusal(
            Status.Code.FAILED_PRECONDITION,
            "device_id %s: this stream is for device %s",
            Long.toUnsignedString(update.getDeviceId()),
            Long.toUnsignedString(deviceId));
      }
      throw new Refusal(
          Status.Code.NOT_FOUND,
          "%s",
          String.valueOf(Devices.other(update.getDeviceId(), deviceId).getDescription()));
    }
    String role = role(update.getRole());
    if (controller.role != null && !controller.role.equals(role)) {
      throw new Refusal(
          Status.Code.FAILED_PRECONDITION,
          "role '%s': this stream has role '%s'",
          role,
          controller.role);
    }
    Access access = Access.FULL;
    if (update.getRole().hasConfig()) {
      if (role.isEmpty()) {
        throw Refusal.invalid("the default role has full access, it takes no config");
      }
      access = Access.of(role, update.getRole().getConfig());
      for (Election other : elections.values()) {
        if (!other.role.equals(role)) {
          access.checkBeside(role, other.access, other.role);
        }
      }
    }
    Election election = elections.get(role);
    if (election == null) {
      election = new Election(role);
      elections.put(role, election);
    }
    return election.bid(controller, update.hasElectionId() ? update.getElectionId() : null, access);
  }

  @SuppressWarnings("deprecation") // a role by number is looked at only to refuse it
  private static String role(Role role) {
    if (role.getName().isEmpty() && role.getId() != 0) {
      throw Refusal.unimplemented(
          "role %s: roles have names, not numbers", Long.toUnsignedString(role.getId()));
    }
    return role.getName();
  }

  /**
   * Takes a controller off the list.
   *
   * @return whether it was primary, so that there is none now
   */
  boolean leave(Controller controller) {
    Election election = controller.role == null ? null : elections.get(controller.role);
    return election != null && election.leave(controller);
  }

  static String text(Uint128 id) {
    String low = Long.toUnsignedString(id.getLow());
    return id.getHigh() == 0 ? low : Long.toUnsignedString(id.getHigh()) + ":" + low;
  }

  /** One role's. */
  private final class Election {
    private final String role;
    private final List<Controller> controllers = new ArrayList<>();
    private @Nullable Uint128 highest;
    private volatile @Nullable Controller primary;
    private volatile Access access = Access.FULL;

    Election(String role) {
      this.role = role;
    }

    boolean bid(Controller controller, @Nullable Uint128 id, Access wanted) {
      for (Controller other : controllers) {
        if (other != controller && id != null && id.equals(other.electionId)) {
          throw Refusal.invalid("election_id %s is another live controller's", text(id));
        }
      }
      if (controller.role == null) {
        if (controllers.size() >= MOST_CONTROLLERS) {
          throw new Refusal(
              Status.Code.RESOURCE_EXHAUSTED,
              "role '%s': %d streams are open already",
              role,
              MOST_CONTROLLERS);
        }
        controller.role = role;
        controllers.add(controller);
      }
      Controller before = primary;
      controller.electionId = id;
      if (id != null && (highest == null || ORDER.compare(id, highest) >= 0)) {
        highest = id;
        primary = controller;
        access = wanted;
        controllers.stream().filter(other -> other != controller).forEach(this::notify);
        notify(controller);
      } else if (before == controller) {
        primary = null;
        controllers.forEach(this::notify);
      } else {
        notify(controller);
      }
      return primary != before;
    }

    boolean leave(Controller controller) {
      controllers.remove(controller);
      if (primary != controller) {
        return false;
      }
      primary = null;
      controllers.forEach(this::notify);
      return true;
    }

    private void notify(Controller controller) {
      var update = MasterArbitrationUpdate.newBuilder().setDeviceId(deviceId);
      if (!role.isEmpty()) {
        var named = Role.newBuilder().setName(role);
        Any config = access.config();
        if (config != null) {
          named.setConfig(config);
        }
        update.setRole(named);
      }
      if (highest != null) {
        update.setElectionId(highest);
      }
      var status = com.google.rpc.Status.newBuilder();
      if (primary == controller) {
        status.setCode(Status.Code.OK.value()).setMessage("primary");
      } else if (primary != null) {
        status.setCode(Status.Code.ALREADY_EXISTS.value()).setMessage("another one is primary");
      } else {
        status.setCode(Status.Code.NOT_FOUND.value()).setMessage("there is no primary");
      }
      controller.send(
          StreamMessageResponse.newBuilder().setArbitration(update.setStatus(status)).build());
    }
  }
}
