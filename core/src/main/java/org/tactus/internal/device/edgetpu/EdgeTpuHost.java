// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.edgetpu;

import java.util.Map;
import org.tactus.bindings.edgetpu.EdgeTpu;
import org.tactus.bindings.edgetpu.EdgeTpuPort;
import org.tactus.bindings.tflite.Interpreter;
import org.tactus.internal.child.ChildProcess;
import org.tactus.internal.lifecycle.StringConstants;
import org.tactus.internal.lifecycle.WarmUp;

/** Where the library of an Edge TPU runs: in this process or in a child of it. Control thread, unless a method says otherwise. */
sealed interface EdgeTpuHost extends AutoCloseable {
    /** Makes an interpreter whose compiled part runs on the device; closed before the host. */
    Interpreter interpreter(byte[] model);

    /** Tells whether no segment will run there again. Monitor; may be slow. */
    boolean isLost();

    /** Ends what runs there and does not come back, where the host can. Monitor. */
    void abandon();

    /** Does by itself what segments will make it do. The dispatcher's thread, before its first segment. */
    void rehearse();

    /** Which driver answers. */
    String driver();

    @Override
    void close();

    /** In this process. Owned is closed with it, such as a software driver; null for nothing. */
    record Own(EdgeTpu edgeTpu, EdgeTpuPort port, AutoCloseable owned) implements EdgeTpuHost {
        @Override
        public Interpreter interpreter(final byte[] model) {
            return edgeTpu.interpreter(model, port, Map.of());
        }

        @Override
        public boolean isLost() {
            return !edgeTpu.devices().contains(port);
        }

        /** Does nothing: an invocation cannot be ended. */
        @Override
        public void abandon() {
        }

        @Override
        public void rehearse() {
            if (owned != null) {
                StringConstants.make(owned.getClass()); // a software driver, whose code an invocation runs
            }
        }

        @Override
        public String driver() {
            final String version = edgeTpu.version();
            return edgeTpu.library() + (version.equals(edgeTpu.library()) ? "" : " " + version) + " at " + port;
        }

        @Override
        public void close() {
            if (owned != null) {
                try {
                    owned.close();
                } catch (final Exception e) {
                    throw new IllegalStateException(e.getMessage(), e);
                }
            }
        }
    }

    /** In a child process. */
    record Child(ChildProcess process) implements EdgeTpuHost {
        @Override
        public Interpreter interpreter(final byte[] model) {
            return process.load(model);
        }

        @Override
        public boolean isLost() {
            return process.isLost();
        }

        @Override
        public void abandon() {
            process.kill("its segment did not end");
        }

        @Override
        public void rehearse() {
            StringConstants.make(process.nothing().getClass());
            for (int i = WarmUp.calls(ChildProcess.class); i > 0; i--) {
                process.nothing().invoke();
            }
        }

        @Override
        public String driver() {
            return process.driver();
        }

        @Override
        public void close() {
            process.close();
        }
    }
}
