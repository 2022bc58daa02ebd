package io.hairpin.netconf.server;

import io.hairpin.netconf.server.ServerConfiguration.Identity;
import io.hairpin.netconf.server.ServerConfiguration.Tls;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** The server's side of TLS with mutual authentication (RFC 7589). Immutable. */
final class TlsIdentity {
  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

  private final Tls tls;
  private final SSLContext context;

  /**
   * Makes an identity.
   *
   * @throws GeneralSecurityException if key and certificate cannot be used for TLS
   */
  TlsIdentity(Tls tls, Identity own) throws GeneralSecurityException, IOException {
    this.tls = tls;
    KeyStore keys = store();
    char[] none = new char[0];
    keys.setKeyEntry("own", key(own), none, own.chain().toArray(X509Certificate[]::new));
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, none);
    context = SSLContext.getInstance("TLS");
    context.init(
        managers.getKeyManagers(), new TrustManager[] {new Trust(tls)}, new SecureRandom());
  }

  private static KeyStore store() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  /** The key as the JDK's own TLS has it. */
  private static PrivateKey key(Identity own) throws GeneralSecurityException {
    PrivateKey key = own.key().getPrivate();
    String algorithm = own.chain().getFirst().getPublicKey().getAlgorithm();
    return KeyFactory.getInstance(algorithm)
        .generatePrivate(new PKCS8EncodedKeySpec(key.getEncoded()));
  }

  /** TLS over a connection, this side being the TLS server; the handshake is still to be made. */
  SSLSocket over(Socket socket) throws IOException {
    SSLSocket over =
        (SSLSocket) context.getSocketFactory().createSocket(socket, null, /* autoClose= */ true);
    over.setUseClientMode(false);
    over.setEnabledProtocols(PROTOCOLS);
    over.setNeedClientAuth(true);
    return over;
  }

  /** The user that a client's certificate stands for. */
  Optional<String> user(SSLSession session) throws SSLPeerUnverifiedException {
    List<X509Certificate> sent = new ArrayList<>();
    for (var certificate : session.getPeerCertificates()) {
      sent.add((X509Certificate) certificate);
    }
    return CertToName.name(tls.names(), path(sent));
  }

  /** From the client's certificate to the trusted one, which the client need not send. */
  private List<X509Certificate> path(List<X509Certificate> sent) {
    List<X509Certificate> own = List.of(sent.getFirst());
    if (tls.clients().contains(sent.getFirst()) || tls.authorities().isEmpty()) {
      return own;
    }
    try {
      X509CertSelector target = new X509CertSelector();
      target.setCertificate(sent.getFirst());
      Set<TrustAnchor> anchors = new HashSet<>();
      tls.authorities().forEach(authority -> anchors.add(new TrustAnchor(authority, null)));
      PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, target);
      parameters.setRevocationEnabled(false);
      parameters.addCertStore(
          CertStore.getInstance("Collection", new CollectionCertStoreParameters(sent)));
      var built = (PKIXCertPathBuilderResult) CertPathBuilder.getInstance("PKIX").build(parameters);
      List<X509Certificate> path = new ArrayList<>();
      built.getCertPath().getCertificates().forEach(c -> path.add((X509Certificate) c));
      path.add(built.getTrustAnchor().getTrustedCert());
      return path;
    } catch (GeneralSecurityException e) {
      return own;
    }
  }

  /** Trusts certificates that are configured, and those that a configured authority signed. */
  private static final class Trust extends X509ExtendedTrustManager {
    private final Tls tls;
    private final @Nullable X509ExtendedTrustManager authorities;

    Trust(Tls tls) throws GeneralSecurityException, IOException {
      this.tls = tls;
      authorities = tls.authorities().isEmpty() ? null : signedBy(tls.authorities());
    }

    private static X509ExtendedTrustManager signedBy(List<X509Certificate> authorities)
        throws GeneralSecurityException, IOException {
      KeyStore store = store();
      for (int i = 0; i < authorities.size(); i++) {
        store.setCertificateEntry("ca" + i, authorities.get(i));
      }
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(store);
      return (X509ExtendedTrustManager)
          Arrays.stream(factory.getTrustManagers())
              .filter(X509TrustManager.class::isInstance)
              .findFirst()
              .orElseThrow();
    }

    @FunctionalInterface
    private interface Check {
      void run(X509ExtendedTrustManager by) throws CertificateException;
    }

    private void check(X509Certificate[] chain, Check check) throws CertificateException {
      if (tls.clients().contains(chain[0])) {
        chain[0].checkValidity();
        return;
      }
      if (authorities == null) {
        throw new CertificateException(
            chain[0].getSubjectX500Principal() + " is not among the trusted certificates");
      }
      check.run(authorities);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      check(chain, by -> by.checkClientTrusted(chain, type, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      check(chain, by -> by.checkClientTrusted(chain, type, engine));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      check(chain, by -> by.checkClientTrusted(chain, type));
    }

    private static CertificateException onlyServer() {
      return new CertificateException("this is a TLS server only");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      throw onlyServer();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      throw onlyServer();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      throw onlyServer();
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return tls.authorities().toArray(X509Certificate[]::new);
    }
  }
}
