// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.gpu;

/** How one section is run: by the calling thread, or by a process of its own. */
@FunctionalInterface
interface SectionRunner {
    /**
     * Runs a section. Whatever goes wrong becomes a failed section, and nothing is thrown.
     *
     * @param check the section
     * @return what was found
     */
    Section run(GpuCheck check);
}
