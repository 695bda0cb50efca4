// SPDX-License-Identifier: Apache-2.0
/**
 * Native libraries through the foreign-function interface: what finds a library, checks a status, names an error.
 *
 * <p>Comes in: a library's name. Leaves: calls that return, or an error with the call's name and the library's own text. A
 * library that is absent is an empty capability, never a crash.
 */
package org.tactus.bindings;
