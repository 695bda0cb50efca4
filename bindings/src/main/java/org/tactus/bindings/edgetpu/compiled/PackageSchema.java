// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.compiled;

/** Numbers of libedgetpu's public file schema (executable.fbs) that are read or written here, and keys of the custom options. */
final class PackageSchema {
    /** Stands in bytes 4 to 7 of a package. */
    static final String IDENTIFIER = "DWN1";
    static final char KEY_VERSION = '1';
    static final char KEY_PACKAGE = '4';
    static final int HINT_DMA = 1;
    static final int BASE_ADDRESS_PARAMETER = 2;

    private PackageSchema() {
    }

    /** The root of the custom options' package. */
    static final class Package {
        static final int MIN_RUNTIME_VERSION = 0;
        static final int MULTI_EXECUTABLE = 1;
        static final int SIGNATURE = 2;
        static final int COMPILER_VERSION = 4;
        static final int MODEL_IDENTIFIER = 7;

        private Package() {
        }
    }

    /** Executables that belong together; a list of byte strings. */
    static final class MultiExecutable {
        static final int EXECUTABLES = 0;

        private MultiExecutable() {
        }
    }

    /** One executable. */
    static final class Code {
        static final int INSTRUCTION_BITSTREAMS = 5;
        static final int PARAMETERS = 6;
        static final int DMA_HINTS = 7;
        static final int INPUT_LAYERS = 8;
        static final int OUTPUT_LAYERS = 9;
        static final int CHIP = 10;
        static final int ESTIMATED_CYCLES = 11;
        static final int NARROW_BYTES_PER_TILE = 12;
        static final int TYPE = 13;
        static final int TOKEN = 14;
        static final int ESTIMATED_CYCLES_64 = 16;

        private Code() {
        }
    }

    /** An instruction stream: its bytes. */
    static final class Bitstream {
        static final int BYTES = 0;

        private Bitstream() {
        }
    }

    /** An input or output layer. */
    static final class Layer {
        static final int NAME = 0;
        static final int SIZE_BYTES = 1;

        private Layer() {
        }
    }

    /** What an executable transfers, in order. */
    static final class DmaHints {
        static final int HINTS = 0;

        private DmaHints() {
        }
    }

    /** One transfer, or something that it waits for. */
    static final class DmaHint {
        static final int KIND = 0;
        static final int VALUE = 1;

        private DmaHint() {
        }
    }

    /** A transfer of data. */
    static final class DmaDescriptor {
        static final int META = 0;
        static final int SIZE_BYTES = 2;

        private DmaDescriptor() {
        }
    }

    /** What is transferred. */
    static final class Meta {
        static final int WHAT = 0;

        private Meta() {
        }
    }
}
