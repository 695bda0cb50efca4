// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

import java.util.List;

/** The options among which a planner chooses for one network: measured ones, or blocks from which options are computed. */
public sealed interface SramMenu {
    /**
     * The network's file without its ending; its segments are named after it.
     *
     * @return such as {@code efficientdet_lite0}
     */
    String network();

    /**
     * Options whose times were measured.
     *
     * @param network the network's name
     * @param options at least one
     */
    record Measured(String network, List<MenuOption> options) implements SramMenu {
        public Measured {
            options = List.copyOf(options);
        }
    }

    /**
     * A network's blocks.
     *
     * @param network the network's name
     * @param blocks  at least one, in order of execution
     */
    record Blocks(String network, List<ModelBlock> blocks) implements SramMenu {
        public Blocks {
            blocks = List.copyOf(blocks);
        }
    }
}
