// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.measure;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.cuda.CudaGpu;
import org.tactus.bindings.cuda.software.SoftwareCuda;
import org.tactus.bindings.cuda.software.SoftwareSettings;
import org.tactus.bindings.edgetpu.EdgeTpu;
import org.tactus.bindings.edgetpu.EdgeTpuPort;
import org.tactus.bindings.linux.Grant;
import org.tactus.bindings.linux.RealTime;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.bindings.tflite.TfLite;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.OutputFormat;
import org.tactus.cli.support.Terminal;
import org.tactus.cli.text.Lines;
import org.tactus.format.CalibrationFile;
import org.tactus.format.MachineName;
import org.tactus.internal.device.cuda.CudaCapabilities;
import org.tactus.internal.device.cuda.CudaDevices;
import org.tactus.internal.measure.QuieterMachine;
import org.tactus.internal.time.Durations;
import org.tactus.internal.time.Sizes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code tactus devices}: what this machine has and what it permits. */
@Command(name = "devices", mixinStandardHelpOptions = true, description = "Lists cores, memory, real-time rights and accelerators.")
public final class DevicesCommand implements Callable<Integer> {
    private static final long KIBI = 1024;

    @Mixin
    private OutputFormat.Choice output;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        final Map<String, String> facts = new LinkedHashMap<>();
        facts.put("machine", MachineName.current());
        facts.put("cores", "on line " + RealTime.onlineCores() + ", this process may use " + RealTime.allowedCores());
        facts.put("memory", memory());
        facts.putAll(rights());
        facts.put("real-time share", share());
        facts.put("ONNX Runtime", OnnxRuntime.find().map(OnnxRuntime::version).orElseGet(
            () -> "absent: " + OnnxRuntime.absence().orElse("it was not found")));
        facts.putAll(gpus());
        facts.put("TensorFlow Lite", TfLite.find().map(TfLite::version).orElseGet(
            () -> "absent: " + TfLite.absence().orElse("it was not found")));
        facts.putAll(edgeTpus());
        facts.put("calibration", calibration());
        final List<Integer> allowed = RealTime.allowedCores();
        if (!allowed.isEmpty()) { // a dispatcher's core is the last one unless a set says otherwise
            final Map<String, String> advice = QuieterMachine.advice(allowed.getLast());
            facts.put("quieter", advice.isEmpty() ? "nothing is left to change for core " + allowed.getLast()
                : "for a dispatcher on core " + allowed.getLast() + ", " + advice.size() + " things can be changed:");
            advice.forEach((about, what) -> facts.put("quieter: " + about, what));
        }
        print(facts, spec.commandLine().getOut());
        return ExitStatus.GOOD;
    }

    private void print(final Map<String, String> facts, final PrintWriter print) throws IOException {
        switch (output.format()) {
            case TABLE -> {
                final int names = facts.keySet().stream().mapToInt(String::length).max().orElse(0);
                facts.forEach((name, text) -> print.println(Lines.beside(name, names, text, Terminal.width())));
            }
            case CSV -> {
                print.println("name,value");
                facts.forEach((name, text) -> print.println(name + ",\"" + text.replace("\"", "\"\"") + '"'));
            }
            case JSON -> {
                final StringWriter line = new StringWriter();
                try (JsonGenerator json = new JsonFactory().createGenerator(line)) {
                    json.writeStartObject();
                    for (final Map.Entry<String, String> fact : facts.entrySet()) {
                        json.writeStringField(fact.getKey(), fact.getValue());
                    }
                    json.writeEndObject();
                }
                print.println(line);
            }
        }
        print.flush();
    }

    private static String memory() throws IOException {
        final Path file = Path.of("/proc/meminfo");
        if (Files.exists(file)) {
            for (final String line : Files.readAllLines(file)) {
                if (line.startsWith("MemTotal:")) {
                    return Sizes.format(Long.parseLong(line.replaceAll("[^0-9]", "")) * KIBI);
                }
            }
        }
        return "unknown";
    }

    /** Asks for each right on a thread of its own, so that this one stays as it is. */
    private static Map<String, String> rights() throws InterruptedException {
        final Map<String, String> rights = new LinkedHashMap<>();
        final Thread asker = Thread.ofPlatform().start(() -> {
            rights.put("pinned threads", text(RealTime.pin(List.of(RealTime.allowedCores().getLast()))));
            rights.put("real-time class", text(RealTime.fifo(1)));
            rights.put("locked memory", text(RealTime.lockMemory()));
            RealTime.unlockMemory();
            rights.put("exact timers", text(RealTime.timerSlack(1)));
        });
        asker.join();
        return rights;
    }

    private static String text(final Grant grant) {
        return (grant.granted() ? "granted: " : "NOT granted: ") + grant.text();
    }

    private static String share() {
        final long us = RealTime.realTimeRuntimeUs();
        return us < 0 ? "not limited"
            : "a SCHED_FIFO thread may run " + Durations.exact(us * 1000) + " of each second (sched_rt_runtime_us)";
    }

    /** The GPUs and what they can do; the software one, which is always there, is opened for the asking and closed again. */
    private static Map<String, String> gpus() {
        final Map<String, String> gpus = new LinkedHashMap<>();
        final Optional<CudaDriver> driver = CudaDriver.find();
        if (driver.isEmpty()) {
            gpus.put("CUDA", "absent: " + CudaDriver.absence().orElse("it was not found"));
        } else {
            final List<CudaGpu> found = driver.get().gpus();
            for (int i = 0; i < found.size(); i++) {
                gpus.put("CUDA GPU " + i, CudaCapabilities.probe(found.get(i)).text());
            }
        }
        try (SoftwareCuda software = SoftwareCuda.open(SoftwareSettings.PCIE4)) {
            gpus.put("CUDA software", CudaCapabilities.probe(software.driver().gpus().getFirst()).text() + "; a set names it by 'driver: "
                + CudaDevices.SOFTWARE + "'");
        }
        return gpus;
    }

    /** What libedgetpu finds, each device by its number in a task set; a software one is always to be had. */
    private static Map<String, String> edgeTpus() {
        final Map<String, String> facts = new LinkedHashMap<>();
        if (EdgeTpu.find().isEmpty()) {
            facts.put("Edge TPU", "absent: " + EdgeTpu.absence().orElse("none was found") + "; 'driver: software' needs none");
            return facts;
        }
        final EdgeTpu edgeTpu = EdgeTpu.find().get();
        facts.put("libedgetpu", edgeTpu.version());
        final List<EdgeTpuPort> ports = edgeTpu.devices();
        facts.put("Edge TPU", ports.isEmpty() ? "none is plugged in; 'driver: software' needs none" : ports.size() + " found");
        for (int i = 0; i < ports.size(); i++) {
            facts.put("Edge TPU " + i, ports.get(i).toString());
        }
        return facts;
    }

    private static String calibration() {
        final Path file = CalibrationFile.defaultPath();
        return CalibrationFile.find(file, MachineName.current()).map(known -> "measured " + known.measuredAt() + ", in " + file)
            .orElse("none; measure it: tactus calibrate");
    }
}
