// SPDX-License-Identifier: Apache-2.0
/**
 * What software drivers share: the functions of a C header as upcall stubs, and objects behind handles.
 *
 * <p>Comes in: objects whose methods are a driver's functions. Leaves: a lookup as a real library's, so that nothing above the bindings
 * knows which one answers.
 */
package org.tactus.bindings.software;
