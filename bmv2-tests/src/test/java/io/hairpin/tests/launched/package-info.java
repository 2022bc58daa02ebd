/** What an operator starts: ./hairpin itself, as a process of its own. */
@NullMarked
package io.hairpin.tests.launched;

import org.jspecify.annotations.NullMarked;
