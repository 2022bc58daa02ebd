package io.hairpin.netconf.server;

import io.hairpin.netconf.transport.FramingException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * Parses a document into elements. It takes well-formed UTF-8 only (RFC 6241 section 3), no
 * document type (so no entities), and bounded depth; the size is bounded by who hands out the
 * stream.
 */
final class XmlParser {
  static final int MAX_DEPTH = 256;

  private static final XMLInputFactory FACTORY = factory();

  private XmlParser() {}

  /** The document is not well-formed, or not allowed. */
  static final class MalformedException extends Exception {
    MalformedException(String message) {
      super(message, null, false, false);
    }
  }

  private static XMLInputFactory factory() {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, true);
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    // The depth is bounded here, with a message that tells the bound.
    factory.setProperty("jdk.xml.maxElementDepth", "0");
    return factory;
  }

  /** Parses the whole stream; an error of the stream itself is thrown as it came. */
  static Element parse(InputStream in) throws MalformedException, IOException {
    Source source = new Source(in);
    try {
      var decoder =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT);
      XMLStreamReader reader =
          FACTORY.createXMLStreamReader(new InputStreamReader(source, decoder));
      String encoding = reader.getCharacterEncodingScheme();
      if (encoding != null && !encoding.equalsIgnoreCase("UTF-8")) {
        throw new MalformedException("the encoding is " + encoding + ", not UTF-8");
      }
      return parse(reader);
    } catch (XMLStreamException e) {
      source.rethrow();
      if (e.getNestedException() instanceof IOException) {
        throw new MalformedException("the message is not valid UTF-8");
      }
      throw new MalformedException("not well-formed XML: " + describe(e));
    } catch (MalformedException e) {
      throw e;
    } catch (RuntimeException e) {
      // The JDK's scanner reports some ill-formed input and errors of the stream this way.
      source.rethrow();
      throw new MalformedException("not well-formed XML: " + e.getMessage());
    }
  }

  /** The scanner's message without its preamble, which takes two lines. */
  private static String describe(XMLStreamException e) {
    String message = String.valueOf(e.getMessage());
    int text = message.indexOf("\nMessage: ");
    return text < 0
        ? message
        : "%s (line %d, column %d)"
            .formatted(
                message.substring(text + 10).strip(),
                e.getLocation().getLineNumber(),
                e.getLocation().getColumnNumber());
  }

  private static Element parse(XMLStreamReader reader)
      throws XMLStreamException, MalformedException {
    Deque<Element> open = new ArrayDeque<>();
    Element root = null;
    while (reader.hasNext()) {
      switch (reader.next()) {
        case XMLStreamConstants.START_ELEMENT -> {
          Element parent = open.peek();
          Element element = element(reader, parent == null ? Element.Scope.NONE : parent.scope);
          if (parent != null) {
            parent.add(element);
          } else {
            root = element;
          }
          open.push(element);
          if (open.size() > MAX_DEPTH) {
            throw new MalformedException("elements nest deeper than " + MAX_DEPTH);
          }
        }
        case XMLStreamConstants.END_ELEMENT -> open.pop();
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE -> {
          Element element = open.peek();
          if (element != null && (element.children().isEmpty() || !reader.isWhiteSpace())) {
            element.append(reader.getText());
          }
        }
        case XMLStreamConstants.DTD -> throw new MalformedException("a DOCTYPE is not allowed");
        case XMLStreamConstants.ENTITY_REFERENCE ->
            throw new MalformedException("entity " + reader.getLocalName() + " is not allowed");
        default -> {
          // Comments and processing instructions carry nothing.
        }
      }
    }
    if (root == null) {
      throw new MalformedException("the message has no element");
    }
    return root;
  }

  private static Element element(XMLStreamReader reader, Element.Scope outer) {
    Element.Scope scope = outer;
    for (int i = 0; i < reader.getNamespaceCount(); i++) {
      String prefix = reader.getNamespacePrefix(i);
      String uri = reader.getNamespaceURI(i);
      scope = new Element.Scope(scope, prefix == null ? "" : prefix, uri == null ? "" : uri);
    }
    List<Element.Attribute> attributes = List.of();
    if (reader.getAttributeCount() > 0) {
      attributes = new ArrayList<>();
      for (int i = 0; i < reader.getAttributeCount(); i++) {
        String namespace = reader.getAttributeNamespace(i);
        String prefix = reader.getAttributePrefix(i);
        attributes.add(
            new Element.Attribute(
                namespace == null ? "" : namespace,
                prefix == null ? "" : prefix,
                reader.getAttributeLocalName(i),
                reader.getAttributeValue(i)));
      }
    }
    String namespace = reader.getNamespaceURI();
    return new Element(
        namespace == null ? "" : namespace, reader.getLocalName(), scope, attributes);
  }

  /** Remembers what went wrong below the scanner, which wraps or drops it. */
  private static final class Source extends InputStream {
    private final InputStream in;
    private @Nullable IOException failure;

    Source(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      try {
        return in.read(target, offset, length);
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }

    void rethrow() throws IOException {
      switch (failure) {
        case null -> {}
        case FramingException e -> throw e;
        case EOFException e -> throw e;
        default -> throw new IOException("the session's stream failed", failure);
      }
    }
  }
}
