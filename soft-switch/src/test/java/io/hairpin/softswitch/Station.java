package io.hairpin.softswitch;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;

/** What runs in a station's network namespace, in a process of its own. */
final class Station {
  private static final int TIMEOUT_MILLISECONDS = 60_000;

  private Station() {}

  /**
   * {@code serve ADDRESS PORT} accepts one connection and prints the digest of what comes; {@code
   * send ADDRESS PORT BYTES} sends so much and prints its digest; {@code datagram ADDRESS PORT
   * TEXT} sends one datagram.
   */
  public static void main(String[] arguments) throws Exception {
    var address = new InetSocketAddress(arguments[1], Integer.parseInt(arguments[2]));
    switch (arguments[0]) {
      case "serve" -> serve(address);
      case "send" -> send(address, Integer.parseInt(arguments[3]));
      case "datagram" -> {
        byte[] text = arguments[3].getBytes(java.nio.charset.StandardCharsets.UTF_8);
        try (var socket = new DatagramSocket()) {
          socket.send(
              new DatagramPacket(
                  text, text.length, InetAddress.getByName(arguments[1]), address.getPort()));
        }
      }
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  private static void serve(InetSocketAddress address) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    try (var server = new ServerSocket()) {
      server.setSoTimeout(TIMEOUT_MILLISECONDS);
      server.bind(address);
      System.out.println("listening");
      System.out.flush();
      try (Socket socket = server.accept();
          InputStream in = socket.getInputStream()) {
        socket.setSoTimeout(TIMEOUT_MILLISECONDS);
        byte[] buffer = new byte[65_536];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          digest.update(buffer, 0, read);
        }
      }
    }
    System.out.println(HexFormat.of().formatHex(digest.digest()));
  }

  private static void send(InetSocketAddress address, int bytes) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    var random = new Random(bytes);
    byte[] buffer = new byte[65_536];
    try (var socket = new Socket()) {
      socket.connect(address, TIMEOUT_MILLISECONDS);
      OutputStream out = socket.getOutputStream();
      for (int left = bytes; left > 0; left -= buffer.length) {
        random.nextBytes(buffer);
        int length = Math.min(left, buffer.length);
        digest.update(buffer, 0, length);
        out.write(buffer, 0, length);
      }
    }
    System.out.println(HexFormat.of().formatHex(digest.digest()));
  }
}
