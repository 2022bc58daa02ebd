package io.hairpin.netconf.server;

import java.util.Locale;
import java.util.Map;
import org.opendaylight.yangtools.yang.common.ErrorTag;

/** Why a request for a subscription is refused: the identities and tags of RFC 8640 section 7. */
enum SubscriptionError {
  ENCODING_UNSUPPORTED(false),
  FILTER_UNSUPPORTED(false),
  INSUFFICIENT_RESOURCES(false),
  NO_SUCH_SUBSCRIPTION(false),
  DATASTORE_NOT_SUBSCRIBABLE(true),
  NO_SUCH_SUBSCRIPTION_RESYNC(true),
  ON_CHANGE_UNSUPPORTED(true),
  ON_CHANGE_SYNC_UNSUPPORTED(true),
  PERIOD_UNSUPPORTED(true),
  UPDATE_TOO_BIG(true),
  SYNC_TOO_BIG(true),
  UNCHANGING_SELECTION(true);

  /** What is asked for, and the element of error-info that tells more. */
  enum Request {
    ESTABLISH_STREAM(false, "establish-subscription-stream-error-info"),
    ESTABLISH_DATASTORE(true, "establish-subscription-datastore-error-info"),
    MODIFY_STREAM(false, "modify-subscription-stream-error-info"),
    MODIFY_DATASTORE(true, "modify-subscription-datastore-error-info"),
    DELETE(false, "delete-subscription-error-info"),
    RESYNC(true, "resync-subscription-error");

    private final boolean push;
    private final String info;

    Request(boolean push, String info) {
      this.push = push;
      this.info = info;
    }
  }

  private final boolean push;

  SubscriptionError(boolean push) {
    this.push = push;
  }

  private ErrorTag tag() {
    return switch (this) {
      case ENCODING_UNSUPPORTED,
          FILTER_UNSUPPORTED,
          NO_SUCH_SUBSCRIPTION,
          DATASTORE_NOT_SUBSCRIBABLE,
          NO_SUCH_SUBSCRIPTION_RESYNC,
          PERIOD_UNSUPPORTED ->
          ErrorTag.INVALID_VALUE;
      case INSUFFICIENT_RESOURCES -> ErrorTag.RESOURCE_DENIED;
      case ON_CHANGE_UNSUPPORTED, ON_CHANGE_SYNC_UNSUPPORTED -> ErrorTag.OPERATION_NOT_SUPPORTED;
      case UPDATE_TOO_BIG, SYNC_TOO_BIG -> ErrorTag.TOO_BIG;
      case UNCHANGING_SELECTION -> ErrorTag.OPERATION_FAILED;
    };
  }

  /** The name of the identity. */
  String identity() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * An error of a request.
   *
   * @param hints what may help, by the names of the leafs
   */
  RpcException in(Request request, String message, Map<String, ?> hints) {
    String namespace = request.push ? Namespaces.PUSH : Namespaces.SUBSCRIBED;
    Reply info =
        out -> {
          String prefix = push ? "yp" : "sn";
          out.start(namespace, "reason")
              .attribute("xmlns:" + prefix, push ? Namespaces.PUSH : Namespaces.SUBSCRIBED)
              .text(prefix + ":" + identity())
              .end();
          for (Map.Entry<String, ?> hint : hints.entrySet()) {
            out.leaf(namespace, hint.getKey(), hint.getValue().toString());
          }
        };
    return RpcError.application(tag(), message)
        .withAppTag((push ? "ietf-yang-push:" : "ietf-subscribed-notifications:") + identity())
        .withInfo(namespace, request.info, info)
        .asException();
  }
}
