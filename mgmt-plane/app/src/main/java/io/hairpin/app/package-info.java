/** The application: binds YANG data to the bridge's records and wires the rooms together. */
@NullMarked
package io.hairpin.app;

import org.jspecify.annotations.NullMarked;
