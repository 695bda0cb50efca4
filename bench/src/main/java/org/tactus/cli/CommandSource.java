// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import java.util.List;

/**
 * Adds commands to {@code tactus}. Found by {@link java.util.ServiceLoader}, so that the command line knows no experiment and no benchmark:
 * without their jar it has the product's commands alone.
 */
public interface CommandSource {
    /**
     * Makes the commands.
     *
     * @return objects that picocli takes as subcommands
     */
    List<Object> commands();
}
