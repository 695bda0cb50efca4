// SPDX-License-Identifier: Apache-2.0
/**
 * The page that {@code tactus report} makes: reads the folders that runs and simulations leave, and writes one HTML file that holds all of
 * it. Nothing outside uses this room but the command.
 */
package org.tactus.cli.report;
