package io.hairpin.softswitch.p4runtime;

import io.grpc.Status;
import io.hairpin.p4runtime.v1.MasterArbitrationUpdate;
import io.hairpin.p4runtime.v1.Role;
import io.hairpin.p4runtime.v1.StreamMessageResponse;
import io.hairpin.p4runtime.v1.Uint128;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who is primary for the default role (P4Runtime 5). Changes exclude one another and the primary's
 * writes; the caller sees to that. {@link #primary()} may be asked at any time.
 */
final class Arbitration {
  private static final Comparator<Uint128> ORDER =
      Comparator.<Uint128>comparingLong(id -> id.getHigh() ^ Long.MIN_VALUE)
          .thenComparingLong(id -> id.getLow() ^ Long.MIN_VALUE);

  private final long deviceId;
  private final List<Controller> controllers = new ArrayList<>();
  private @Nullable Uint128 highest;
  private volatile @Nullable Controller primary;

  Arbitration(long deviceId) {
    this.deviceId = deviceId;
  }

  @Nullable Controller primary() {
    return primary;
  }

  /** Whether an election id is the primary's. */
  boolean isPrimary(Uint128 electionId) {
    Controller now = primary;
    return now != null && electionId.equals(now.electionId);
  }

  /**
   * Takes a controller's bid.
   *
   * @return whether there is another primary than before, or none any more
   * @throws Refusal where its stream is to end
   */
  boolean update(Controller controller, MasterArbitrationUpdate update) {
    if (update.getDeviceId() != deviceId) {
      if (controller.arbitrated) {
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
    checkRole(controller, update.getRole());
    Uint128 id = update.hasElectionId() ? update.getElectionId() : null;
    for (Controller other : controllers) {
      if (other != controller && id != null && id.equals(other.electionId)) {
        throw Refusal.invalid("election_id %s is another live controller's", text(id));
      }
    }
    if (!controller.arbitrated) {
      controller.arbitrated = true;
      controllers.add(controller);
    }
    Controller before = primary;
    controller.electionId = id;
    if (id != null && (highest == null || ORDER.compare(id, highest) >= 0)) {
      highest = id;
      primary = controller;
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

  @SuppressWarnings("deprecation") // a role by number is refused like one by name
  private static void checkRole(Controller controller, Role role) {
    if (!role.getName().isEmpty() || role.getId() != 0) {
      String name = role.getName().isEmpty() ? Long.toUnsignedString(role.getId()) : role.getName();
      if (controller.arbitrated) {
        throw new Refusal(
            Status.Code.FAILED_PRECONDITION, "role '%s': this stream has the default role", name);
      }
      throw Refusal.unimplemented("role '%s': there is the default role only", name);
    }
    if (role.hasConfig()) {
      throw Refusal.invalid("the default role has no config");
    }
  }

  /**
   * Takes a controller off the list.
   *
   * @return whether it was primary, so that there is none now
   */
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

  static String text(Uint128 id) {
    String low = Long.toUnsignedString(id.getLow());
    return id.getHigh() == 0 ? low : Long.toUnsignedString(id.getHigh()) + ":" + low;
  }
}
