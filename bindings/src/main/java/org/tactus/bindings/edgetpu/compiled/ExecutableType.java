// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.compiled;

/** What an executable of a compiled model does; the order is the file's numbers. */
public enum ExecutableType {
    /** Runs by itself: parameters come with every invocation. */
    STAND_ALONE,
    /** Brings parameters into the device's memory. */
    PARAMETER_CACHING,
    /** Runs with the parameters that a {@link #PARAMETER_CACHING} executable brought, and streams the others. */
    EXECUTION_ONLY
}
