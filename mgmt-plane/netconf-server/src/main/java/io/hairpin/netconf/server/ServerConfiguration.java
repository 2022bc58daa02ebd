package io.hairpin.netconf.server;

import io.hairpin.netconf.server.CertToName.Entry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.common.XMLNamespace;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifier;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerNode;
import org.opendaylight.yangtools.yang.model.api.DataNodeContainer;
import org.opendaylight.yangtools.yang.model.api.EffectiveModelContext;

/** What module hairpin-netconf-server holds, with keys and certificates read. Immutable. */
record ServerConfiguration(
    Map<String, User> users,
    Limits limits,
    List<KeyPair> hostKeys,
    Tls tls,
    List<Listen> listen,
    List<Call> calls) {

  static final String MODULE = "hairpin-netconf-server";
  private static final XMLNamespace NAMESPACE = XMLNamespace.of("urn:hairpin:yang:netconf-server");
  private static final int MIN_RSA_BITS = 2048;

  /** Who may connect over SSH. */
  record User(@Nullable String password, List<PublicKey> keys) {}

  /** The bounds of sessions; an idle time of zero is for ever. */
  record Limits(
      int maxSessions,
      int maxSessionsPerUser,
      int maxLoginAttempts,
      Duration loginTimeout,
      Duration helloTimeout,
      Duration idleTimeout,
      Optional<Long> maxMessageSize) {}

  /** The server's certificate, and who is trusted. */
  record Tls(
      @Nullable Identity identity,
      List<X509Certificate> authorities,
      List<X509Certificate> clients,
      List<Entry> names) {}

  /** A key, and the certificates for it, the key's own first. */
  record Identity(KeyPair key, List<X509Certificate> chain) {}

  /** What carries a session. */
  enum Transport {
    SSH(830, 4334),
    TLS(6513, 4335);

    private final int port;
    private final int callHomePort;

    Transport(int port, int callHomePort) {
      this.port = port;
      this.callHomePort = callHomePort;
    }

    /** The identity of ietf-netconf-monitoring. */
    String identity() {
      return this == SSH ? "netconf-ssh" : "netconf-tls";
    }

    private static Transport of(ConfigNode node) {
      return node.text("transport").equals("ssh") ? SSH : TLS;
    }
  }

  /** An address to listen at. */
  record Listen(Transport transport, InetSocketAddress address, YangInstanceIdentifier path) {}

  /** A client to call (RFC 8071). */
  record Call(String name, Transport transport, String host, int port, Duration maxWait) {}

  static QName root(EffectiveModelContext context) {
    return context.findModules(NAMESPACE).stream()
        .findFirst()
        .map(module -> QName.create(module.getQNameModule(), "netconf-server"))
        .orElseThrow();
  }

  /**
   * Reads a configuration.
   *
   * @throws RefusedException if a key, certificate or address cannot be used
   */
  static ServerConfiguration of(EffectiveModelContext context, ContainerNode running)
      throws RefusedException {
    QName name = root(context);
    NodeIdentifier id = NodeIdentifier.create(name);
    ConfigNode root =
        new ConfigNode(
            (DataNodeContainer) context.getDataChildByName(name),
            running.childByArg(id) instanceof DataContainerNode node ? node : null,
            YangInstanceIdentifier.of(id));
    Map<String, User> users = new LinkedHashMap<>();
    for (ConfigNode user : root.list("user")) {
      users.put(user.text("name"), user(user));
    }
    List<KeyPair> hostKeys = new ArrayList<>();
    for (ConfigNode hostKey : root.container("ssh").list("host-key")) {
      hostKeys.add(keyPair(hostKey, "private-key"));
    }
    List<Listen> listen = new ArrayList<>();
    for (ConfigNode node : root.list("listen")) {
      Transport transport = Transport.of(node);
      int port = node.find("port").map(p -> node.number("port")).orElse(transport.port);
      // inet:ip-address may name a zone; it never needs a look-up.
      InetSocketAddress address = new InetSocketAddress(node.text("address"), port);
      if (address.isUnresolved()) {
        throw node.refused("address", node.text("address") + " is no address of this host");
      }
      listen.add(new Listen(transport, address, node.path()));
    }
    List<Call> calls = new ArrayList<>();
    for (ConfigNode node : root.list("call-home")) {
      Transport transport = Transport.of(node);
      calls.add(
          new Call(
              node.text("name"),
              transport,
              node.text("address"),
              node.find("port").map(p -> node.number("port")).orElse(transport.callHomePort),
              Duration.ofSeconds(node.number("max-wait"))));
    }
    return new ServerConfiguration(
        Map.copyOf(users),
        limits(root.container("limits")),
        List.copyOf(hostKeys),
        tls(root.container("tls")),
        List.copyOf(listen),
        List.copyOf(calls));
  }

  private static Limits limits(ConfigNode node) {
    int maxSessions = node.number("max-sessions");
    return new Limits(
        maxSessions,
        node.find("max-sessions-per-user")
            .map(n -> node.number("max-sessions-per-user"))
            .orElse(maxSessions),
        node.number("max-login-attempts"),
        Duration.ofSeconds(node.number("login-timeout")),
        Duration.ofSeconds(node.number("hello-timeout")),
        Duration.ofSeconds(Long.parseLong(node.text("idle-timeout"))),
        node.find("max-message-size").map(size -> Long.parseLong(size.toString())));
  }

  private static User user(ConfigNode node) throws RefusedException {
    List<PublicKey> keys = new ArrayList<>();
    for (ConfigNode entry : node.list("authorized-key")) {
      PublicKey key;
      try {
        key = new ByteArrayBuffer((byte[]) entry.get("key-data")).getRawPublicKey();
      } catch (SshException | RuntimeException e) {
        throw entry.refused("key-data", "not a public key of RFC 4253: " + e.getMessage());
      }
      String algorithm = entry.text("algorithm");
      if (!algorithm.equals(KeyUtils.getKeyType(key))) {
        throw entry.refused(
            "key-data", "the key is %s, not %s".formatted(KeyUtils.getKeyType(key), algorithm));
      }
      demandStrength(entry, "key-data", key);
      keys.add(key);
    }
    return new User(node.find("password").map(Object::toString).orElse(null), List.copyOf(keys));
  }

  private static void demandStrength(ConfigNode node, String leaf, PublicKey key)
      throws RefusedException {
    if (key instanceof RSAKey rsa && rsa.getModulus().bitLength() < MIN_RSA_BITS) {
      throw node.refused(
          leaf,
          "an RSA key of %d bits; it needs at least %d"
              .formatted(rsa.getModulus().bitLength(), MIN_RSA_BITS));
    }
  }

  private static KeyPair keyPair(ConfigNode node, String leaf) throws RefusedException {
    byte[] pem = node.text(leaf).getBytes(StandardCharsets.UTF_8);
    try {
      Iterable<KeyPair> pairs =
          SecurityUtils.loadKeyPairIdentities(
              null, NamedResource.ofName(leaf), new ByteArrayInputStream(pem), null);
      if (pairs != null && pairs.iterator().hasNext()) {
        KeyPair pair = pairs.iterator().next();
        demandStrength(node, leaf, pair.getPublic());
        return pair;
      }
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      throw node.refused(leaf, "not an unencrypted private key in PEM: " + e.getMessage());
    }
    throw node.refused(leaf, "no private key in PEM is in it");
  }

  private static List<X509Certificate> certificates(ConfigNode node) throws RefusedException {
    byte[] pem = node.text("certificate").getBytes(StandardCharsets.UTF_8);
    List<X509Certificate> all = new ArrayList<>();
    try {
      CertificateFactory.getInstance("X.509")
          .generateCertificates(new ByteArrayInputStream(pem))
          .forEach(certificate -> all.add((X509Certificate) certificate));
    } catch (GeneralSecurityException e) {
      throw node.refused("certificate", "not a certificate in PEM: " + e.getMessage());
    }
    if (all.isEmpty()) {
      throw node.refused("certificate", "no certificate in PEM is in it");
    }
    return List.copyOf(all);
  }

  private static X509Certificate certificate(ConfigNode node) throws RefusedException {
    List<X509Certificate> all = certificates(node);
    if (all.size() > 1) {
      throw node.refused("certificate", all.size() + " certificates; one is allowed");
    }
    return all.getFirst();
  }

  private static Tls tls(ConfigNode node) throws RefusedException {
    Identity identity = null;
    if (node.has("server-identity")) {
      ConfigNode own = node.container("server-identity");
      identity = new Identity(keyPair(own, "private-key"), certificates(own));
      byte[] certified = identity.chain().getFirst().getPublicKey().getEncoded();
      if (!Arrays.equals(certified, identity.key().getPublic().getEncoded())) {
        throw own.refused("private-key", "not the key of the certificate");
      }
    }
    List<X509Certificate> authorities = new ArrayList<>();
    for (ConfigNode authority : node.list("ca-certificate")) {
      authorities.add(certificate(authority));
    }
    List<X509Certificate> clients = new ArrayList<>();
    for (ConfigNode client : node.list("client-certificate")) {
      clients.add(certificate(client));
    }
    List<Entry> names = new ArrayList<>();
    for (ConfigNode entry : node.list("cert-to-name")) {
      names.add(CertToName.entry(entry));
    }
    names.sort(Comparator.comparingLong(Entry::id));
    return new Tls(identity, List.copyOf(authorities), List.copyOf(clients), List.copyOf(names));
  }
}
