package io.hairpin.bridge;

import io.hairpin.bridge.ConfigurationObject.ObjectKey;

/** A change that the bridge cannot take. Nothing was changed. */
public final class InvalidConfigurationException extends Exception {

  private static final long serialVersionUID = 1;

  private final transient ObjectKey object;
  private final String attribute;
  private final String value;

  InvalidConfigurationException(ObjectKey object, String attribute, String value, String message) {
    super(message);
    this.object = object;
    this.attribute = attribute;
    this.value = value;
  }

  /**
   * Tells what is wrong.
   *
   * @return the object
   */
  public ObjectKey object() {
    return object;
  }

  /**
   * Tells which attribute of it, by its name in the YANG module hairpin-bridge.
   *
   * @return the name
   */
  public String attribute() {
    return attribute;
  }

  /**
   * Tells which value of that attribute.
   *
   * @return the value
   */
  public String value() {
    return value;
  }
}
