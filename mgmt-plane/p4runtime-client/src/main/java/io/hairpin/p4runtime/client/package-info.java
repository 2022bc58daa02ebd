/** A P4Runtime client: sessions, the pipeline by its P4 names, entities that compare by value. */
@NullMarked
package io.hairpin.p4runtime.client;

import org.jspecify.annotations.NullMarked;
