package io.hairpin.tests;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** An rpc-reply, read by local names. */
final class Reply {

  private final String text;
  private final Document document;

  Reply(String text) {
    this.text = text;
    try {
      document =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(new InputSource(new StringReader(text)));
    } catch (ParserConfigurationException | SAXException | IOException e) {
      throw new AssertionError("Not XML: " + text, e);
    }
  }

  boolean isOk() {
    return !nodes("/rpc-reply/ok").isEmpty();
  }

  /** What stands under a path below {@code <data>}. */
  List<String> data(String path) {
    return nodes("/rpc-reply/data/" + path).stream().map(Node::getTextContent).toList();
  }

  /** Every leaf of the data with the keys on its way, where entries are told by their text. */
  SortedSet<String> leaves() {
    SortedSet<String> leaves = new TreeSet<>();
    for (Node leaf : nodes("//data//*[not(*)]")) {
      StringBuilder path = new StringBuilder();
      for (Node at = leaf; !at.getNodeName().equals("data"); at = at.getParentNode()) {
        path.insert(0, "/" + at.getNodeName() + key(at));
      }
      leaves.add(path + " " + leaf.getTextContent());
    }
    return leaves;
  }

  private static String key(Node node) {
    return switch (node.getNodeName()) {
      case "vlan", "interface" -> "[" + node.getFirstChild().getTextContent() + "]";
      case "static-entry" ->
          "["
              + node.getFirstChild().getTextContent()
              + " "
              + node.getFirstChild().getNextSibling().getTextContent()
              + "]";
      default -> "";
    };
  }

  List<Node> nodes(String path) {
    try {
      NodeList found =
          (NodeList)
              XPathFactory.newInstance()
                  .newXPath()
                  .evaluate(path, document, XPathConstants.NODESET);
      List<Node> nodes = new ArrayList<>();
      for (int i = 0; i < found.getLength(); i++) {
        nodes.add(found.item(i));
      }
      return nodes;
    } catch (XPathExpressionException e) {
      throw new IllegalArgumentException(path, e);
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
