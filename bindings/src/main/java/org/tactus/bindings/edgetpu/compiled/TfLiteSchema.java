// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.compiled;

/** Numbers of TensorFlow Lite's public file schema (version 3) that are read or written here: fields by table, enumerations. */
final class TfLiteSchema {
    /** Stands in bytes 4 to 7. */
    static final String IDENTIFIER = "TFL3";
    static final int VERSION = 3;
    static final int BUILTIN_FULLY_CONNECTED = 9;
    static final int BUILTIN_SVDF = 27;
    static final int BUILTIN_CUSTOM = 32;
    static final int BUILTIN_ASSIGN_VARIABLE = 144;
    static final int BUILTIN_RANDOM_STANDARD_NORMAL = 146;
    static final int BUILTIN_RANDOM_UNIFORM = 148;
    static final int BUILTIN_MULTINOMIAL = 149;
    static final int OPTIONS_SVDF = 6;
    static final int OPTIONS_FULLY_CONNECTED = 8;
    static final int ACTIVATION_RELU = 1;

    private TfLiteSchema() {
    }

    /** The root. */
    static final class Model {
        static final int VERSION = 0;
        static final int OPERATOR_CODES = 1;
        static final int SUBGRAPHS = 2;
        static final int DESCRIPTION = 3;
        static final int BUFFERS = 4;

        private Model() {
        }
    }

    /** A kind of operator. */
    static final class OperatorCode {
        static final int OLD_BUILTIN_CODE = 0;
        static final int CUSTOM_CODE = 1;
        static final int VERSION = 2;
        static final int BUILTIN_CODE = 3;

        private OperatorCode() {
        }
    }

    /** A graph. */
    static final class SubGraph {
        static final int TENSORS = 0;
        static final int INPUTS = 1;
        static final int OUTPUTS = 2;
        static final int OPERATORS = 3;

        private SubGraph() {
        }
    }

    /** A tensor. */
    static final class Tensor {
        static final int SHAPE = 0;
        static final int TYPE = 1;
        static final int BUFFER = 2;
        static final int NAME = 3;
        static final int IS_VARIABLE = 5;

        private Tensor() {
        }
    }

    /** An operator of a graph. */
    static final class Operator {
        static final int OPCODE_INDEX = 0;
        static final int INPUTS = 1;
        static final int OUTPUTS = 2;
        static final int OPTIONS_TYPE = 3;
        static final int OPTIONS = 4;
        static final int CUSTOM_OPTIONS = 5;

        private Operator() {
        }
    }
}
