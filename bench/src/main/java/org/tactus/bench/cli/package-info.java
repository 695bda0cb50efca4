// SPDX-License-Identifier: Apache-2.0
/** The name by which scripts outside of this repository start the command line. */
package org.tactus.bench.cli;
