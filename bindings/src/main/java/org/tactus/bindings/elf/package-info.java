// SPDX-License-Identifier: Apache-2.0
/**
 * Loaded ELF objects: what a library of this process imports, and whose function it calls.
 *
 * <p>Comes in: the file of a library that is loaded, addresses of functions by name. Leaves: slots of the library that hold these
 * addresses, until they get their old ones back. Nothing of the file is changed, and no other library's calls.
 */
package org.tactus.bindings.elf;
