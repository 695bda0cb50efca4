// SPDX-License-Identifier: Apache-2.0
/**
 * A GPU's memory as tasks see it: address ranges that never move, a pool of chunks that were created before time zero, and the copy
 * engines that bring chunks in and take them out.
 *
 * <p>Comes in: a GPU's driver, how many chunks a task's region has and which of them are constant. Leaves: regions at fixed addresses,
 * chunks moved without waiting for a copy and without allocating. The policy decides which chunks move when; this package requires that
 * no other thread touches a region while its chunks move.
 */
package org.tactus.internal.memory;
