package io.hairpin.softswitch.engine;

/** What the compiled class extends. */
abstract non-sealed class Pipeline extends Processor {}
