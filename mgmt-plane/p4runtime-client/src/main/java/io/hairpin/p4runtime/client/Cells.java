package io.hairpin.p4runtime.client;

/** The cells of an indexed counter or meter: how many there are, and what they count. */
record Cells(int size, String unit) {}
