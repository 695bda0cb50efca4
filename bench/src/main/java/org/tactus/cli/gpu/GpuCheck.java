// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.gpu;

import org.tactus.internal.measure.GpuRig;

/** One part of the verification of a GPU. */
interface GpuCheck {
    /**
     * The part's name.
     *
     * @return a few words
     */
    String name();

    /**
     * The part's name as a word of the command line.
     *
     * @return the name with hyphens for its blanks
     */
    default String word() {
        return name().replace(' ', '-');
    }

    /**
     * Checks or measures, on the rig's thread; gives back what it took from the driver.
     *
     * @param rig   the GPU
     * @param scale how much of it
     * @return what was found
     */
    Section run(GpuRig rig, Scale scale);
}
