// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.compiled;

import java.util.List;
import java.util.Optional;
import org.tactus.bindings.edgetpu.cost.InvocationBytes;

/**
 * What one operator of a compiled model gives to the device's driver: executables that belong together.
 *
 * @param minRuntimeVersion version that a driver must have at least
 * @param compilerVersion   text of the compiler's
 * @param modelIdentifier   text of the compiler's, often empty
 * @param signatureBytes    bytes of the signature; 0 in every public file
 * @param executables       one; or parameter caching and execution only; or these and a stand-alone one
 */
public record EdgePackage(
    int minRuntimeVersion, String compilerVersion, String modelIdentifier, int signatureBytes, List<Executable> executables) {
    public EdgePackage {
        executables = List.copyOf(executables);
    }

    /**
     * Finds an executable.
     *
     * @param type its type
     * @return empty when there is none
     */
    public Optional<Executable> executable(final ExecutableType type) {
        return executables.stream().filter(executable -> executable.type() == type).findFirst();
    }

    /**
     * The executable that an invocation runs. With a stand-alone one beside the two others the driver runs that and caches nothing.
     *
     * @return the executable
     */
    public Executable main() {
        return executable(ExecutableType.STAND_ALONE).or(() -> executable(ExecutableType.EXECUTION_ONLY)).orElse(executables.getFirst());
    }

    /**
     * The token of the executable that runs.
     *
     * @return 0 for none: the driver forgets everything cached at every invocation
     */
    public long token() {
        return main().token();
    }

    /**
     * What an invocation moves.
     *
     * @return cached bytes are 0 where nothing is cached
     */
    public InvocationBytes bytes() {
        final Executable main = main();
        final long cached = main.type() == ExecutableType.EXECUTION_ONLY
            ? executable(ExecutableType.PARAMETER_CACHING).map(Executable::parameterBytes).orElse(0L) : 0;
        return new InvocationBytes(cached, main.parameterBytes(), main.instructionBytes(), main.inputBytes(), main.outputBytes());
    }
}
