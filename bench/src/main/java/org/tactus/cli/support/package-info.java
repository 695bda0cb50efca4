// SPDX-License-Identifier: Apache-2.0
/**
 * What all commands share: exit statuses, converters of options, progress, standard output that may end early.
 *
 * <p>Comes in: words of options. Leaves: values. Knows no command.
 */
package org.tactus.cli.support;
