// SPDX-License-Identifier: Apache-2.0
/**
 * The driver's calls of libraries that do not know whose memory they get: functions that stand in the places of the driver's own.
 *
 * <p>Comes in: a driver, and who decides where memory comes from. Leaves: addresses of functions, for the slots of a loaded library
 * ({@link org.tactus.bindings.elf.LoadedLibrary}). Nothing of tasks is known here.
 */
package org.tactus.bindings.cuda.interposed;
