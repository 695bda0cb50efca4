// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.tactus.bindings.NativeCallException;

/** NVIDIA's driver, or why there is none; looked for once a process, when this class is first touched. */
final class CudaLibrary {
    /** The driver; null when there is none or it has no GPU. */
    static final CudaDriver DRIVER;
    /** Why there is none, in one line; null when there is one. */
    static final String ABSENCE;

    private static final String SYSTEM_LIBRARY = "libcuda.so.1";

    static {
        CudaDriver driver = null;
        String absence = null;
        final String given = System.getProperty(CudaDriver.PATH_PROPERTY, SYSTEM_LIBRARY);
        try {
            driver = load(given);
            if (driver.gpus().isEmpty()) {
                absence = driver.library() + " finds no GPU";
                driver = null;
            }
        } catch (final IllegalArgumentException e) {
            absence = "no " + given + "; install the NVIDIA driver, or name its library by -D" + CudaDriver.PATH_PROPERTY + "=FILE";
        } catch (final NativeCallException e) {
            absence = given + " is there, but gives no GPU: " + e.getMessage();
        }
        DRIVER = driver;
        ABSENCE = absence;
    }

    private CudaLibrary() {
    }

    private static CudaDriver load(final String name) {
        final SymbolLookup lookup = name.contains("/") ? SymbolLookup.libraryLookup(Path.of(name), Arena.global())
            : SymbolLookup.libraryLookup(name, Arena.global());
        return CudaDriver.of(lookup, name + " from " + origin(lookup, name));
    }

    /** The file that a function of the library is mapped from. */
    private static String origin(final SymbolLookup lookup, final String name) {
        final long address = lookup.find("cuInit").orElseThrow(
            () -> new IllegalArgumentException(name + " has no function cuInit")).address();
        try {
            return fileAt(Files.readAllLines(Path.of("/proc/self/maps")), address);
        } catch (final IOException e) {
            return "a place that the system does not tell";
        }
    }

    /** Finds the file that is mapped at an address, in the lines of {@code /proc/self/maps}. */
    static String fileAt(final List<String> lines, final long address) {
        for (final String line : lines) {
            final int dash = line.indexOf('-');
            final int space = line.indexOf(' ');
            final int slash = line.indexOf('/');
            if (slash > 0 && Long.compareUnsigned(Long.parseUnsignedLong(line.substring(0, dash), 16), address) <= 0
                && Long.compareUnsigned(address, Long.parseUnsignedLong(line.substring(dash + 1, space), 16)) < 0) {
                return line.substring(slash);
            }
        }
        return "no file";
    }
}
