package io.hairpin.netconf.server;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.NormalizedNode;

/**
 * What a commit changes in the running datastore.
 *
 * @param before the root before the change
 * @param after the root after it; shares with {@code before} all that stays
 * @param edits the differences, each as deep in the tree as it can be told: a leaf, a leaf-list
 *     entry, or a whole container or list entry that appears or disappears. A list or leaf-list
 *     that is ordered by the user stands as a whole where its order changes.
 */
public record Change(ContainerNode before, ContainerNode after, List<Edit> edits) {
  /**
   * One difference.
   *
   * @param path where, with choices and lists as yangtools puts them in a path
   * @param before the node before, or null where it is created
   * @param after the node after, or null where it is deleted
   */
  public record Edit(
      YangInstanceIdentifier path,
      @Nullable NormalizedNode before,
      @Nullable NormalizedNode after) {}

  /**
   * Makes a change.
   *
   * @param before the root before the change
   * @param after the root after it
   * @param edits the differences
   */
  public Change {
    edits = List.copyOf(edits);
  }
}
