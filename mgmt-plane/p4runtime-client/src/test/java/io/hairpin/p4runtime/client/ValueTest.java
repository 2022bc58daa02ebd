package io.hairpin.p4runtime.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;

class ValueTest {

  @Test
  void valuesOfOneNumberAreEqualHoweverManyBytesTheyCameWith() {
    assertThat(Value.of(new byte[] {0, 0, 1, 2})).isEqualTo(Value.of(0x102));
    assertThat(Value.of(new byte[6])).isEqualTo(Value.of(0)).hasSameHashCodeAs(Value.of(0));
  }

  @Test
  void theFormIsTheShortestAndAtLeastOneByte() {
    assertThat(Value.of(0).bytes()).isEqualTo(ByteString.copyFrom(new byte[1]));
    assertThat(Value.of(256).bytes().size()).isEqualTo(2);
    assertThat(Value.of(-1).bytes().size()).isEqualTo(8);
  }

  @Test
  void noBytesAreNoValue() {
    assertThatThrownBy(() -> Value.of(new byte[0])).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void bitLengthIsThatOfTheNumber() {
    assertThat(Value.of(0).bitLength()).isZero();
    assertThat(Value.of(1).bitLength()).isEqualTo(1);
    assertThat(Value.of(0xff).bitLength()).isEqualTo(8);
    assertThat(Value.of(0x100).bitLength()).isEqualTo(9);
    assertThat(Value.of(-1).bitLength()).isEqualTo(64);
  }

  @Test
  void numbersComeBackAsTheyWent() {
    for (long number : new long[] {0, 1, 0x7f, 0x80, 0xffff_ffffL, Long.MAX_VALUE, -1}) {
      assertThat(Value.of(number).toLong()).isEqualTo(number);
    }
  }

  @Test
  void anAddressIsPaddedToItsLength() {
    assertThat(Value.of(0x0102).toBytes(6)).containsExactly(0, 0, 0, 0, 1, 2);
    assertThatThrownBy(() -> Value.of(0x0102).toBytes(1)).isInstanceOf(ArithmeticException.class);
  }

  @Test
  void orderIsThatOfUnsignedNumbers() {
    assertThat(Value.of(0x80)).isGreaterThan(Value.of(0x7f)).isLessThan(Value.of(0x100));
    assertThat(Value.of(-1)).isGreaterThan(Value.of(1));
  }
}
