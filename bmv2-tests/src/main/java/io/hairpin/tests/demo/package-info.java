/** The demo's scenario without interfaces: frames in and out by the dataplane service. */
@NullMarked
package io.hairpin.tests.demo;

import org.jspecify.annotations.NullMarked;
