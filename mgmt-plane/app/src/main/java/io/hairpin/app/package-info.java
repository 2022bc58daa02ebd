/** The application: binds YANG data to the bridge's records and puts the modules together. */
@NullMarked
package io.hairpin.app;

import org.jspecify.annotations.NullMarked;
