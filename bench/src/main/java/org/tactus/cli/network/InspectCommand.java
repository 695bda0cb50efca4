// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.network;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.edgetpu.compiled.EdgePackage;
import org.tactus.bindings.edgetpu.compiled.Executable;
import org.tactus.bindings.edgetpu.compiled.MalformedFileException;
import org.tactus.bindings.edgetpu.compiled.TfLiteFile;
import org.tactus.bindings.edgetpu.compiled.TfLiteOperators;
import org.tactus.bindings.edgetpu.compiled.TfLiteTraits;
import org.tactus.bindings.edgetpu.cost.InvocationBytes;
import org.tactus.bindings.onnxruntime.TensorInfo;
import org.tactus.bindings.tflite.TfLite;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.OutputFormat;
import org.tactus.cli.support.Terminal;
import org.tactus.cli.text.Lines;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.text.Printable;
import org.tactus.internal.text.TextTable;
import org.tactus.internal.time.Sizes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tactus inspect}: what a network's file holds, and what a compiled model keeps in an Edge TPU's memory. */
@Command(name = "inspect", mixinStandardHelpOptions = true,
    description = "Tells what files hold. Of ONNX: inputs, outputs, operators, parameters, and what cuts into 2, 4 and 8 segments cost,"
        + " measured here. Of TensorFlow Lite: tensors, and of compiled ones executables, caching tokens, bytes cached, streamed and moved."
        + " Exit status 2 when a file cannot be read.")
public final class InspectCommand implements Callable<Integer> {
    private static final String[] HEAD = {"executable", "token", "parameters", "code", "input", "output", "per tile"};
    private static final int INDENT = 2;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "ONNX files (*.onnx), and TensorFlow Lite files, plain or "
        + "compiled (*_edgetpu.tflite).")
    private List<Path> files;
    @Mixin
    private OutputFormat.Choice output;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        final PrintWriter print = spec.commandLine().getOut();
        if (output.format() == OutputFormat.CSV) {
            print.println("file,exec_type,token_hex,param_bytes,instr_bytes,narrow_mem_bytes_per_tile,dma_param_bytes,input_bytes,"
                + "output_bytes,min_runtime,signature_len");
        }
        int status = ExitStatus.GOOD;
        for (final Path file : files) {
            status = Math.max(status, inspect(file, print));
        }
        print.flush();
        return status;
    }

    private int inspect(final Path file, final PrintWriter print) throws IOException {
        String problem;
        try {
            if (file.toString().endsWith(".onnx")) {
                return onnx(file, print);
            }
            final byte[] bytes = Files.readAllBytes(file);
            final TfLiteFile read = TfLiteFile.read(bytes);
            final TfLiteOperators operators = TfLiteOperators.read(ByteBuffer.wrap(bytes));
            switch (output.format()) {
                case TABLE -> table(file, read, operators, absence(read, bytes), print);
                case JSON -> print.println(json(file, read, operators, absence(read, bytes)));
                case CSV -> csv(file, read, print);
            }
            return ExitStatus.GOOD;
        } catch (final MalformedFileException e) {
            problem = e.getMessage();
        } catch (final InvalidModelException e) {
            problem = e.getMessage().startsWith(file + ": ") ? e.getMessage().substring(file.toString().length() + 2) : e.getMessage();
        } catch (final NoSuchFileException e) {
            problem = "there is no such file; check its path";
        } catch (final AccessDeniedException e) {
            problem = "the file may not be read; check its permissions";
        } catch (final IOException | OutOfMemoryError e) {
            problem = "cannot be read: " + e.getMessage();
        }
        spec.commandLine().getErr().println(file + ": " + problem);
        if (output.format() == OutputFormat.JSON) {
            final StringWriter line = new StringWriter();
            try (JsonGenerator json = new JsonFactory().createGenerator(line)) {
                json.writeStartObject();
                json.writeStringField("file", file.toString());
                json.writeStringField("error", problem);
                json.writeEndObject();
            }
            print.println(line);
        }
        return ExitStatus.WRONG_INPUT;
    }

    private int onnx(final Path file, final PrintWriter print) throws IOException {
        if (output.format() == OutputFormat.CSV) {
            throw new InvalidModelException(file + ": the columns of csv are those of compiled files; use table or json");
        }
        final OnnxInspection inspection = new OnnxInspection(OnnxModel.load(file));
        if (output.format() == OutputFormat.TABLE) {
            inspection.table(print);
            return ExitStatus.GOOD;
        }
        final StringWriter line = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(line)) {
            inspection.json(json);
        }
        print.println(line);
        return ExitStatus.GOOD;
    }

    private static String token(final long token) {
        return HexFormat.of().toHexDigits(token);
    }

    /** Why the library here cannot run a plain file, such as an operator that it lacks, by name; empty when it can or is not here. */
    private static String absence(final TfLiteFile read, final byte[] bytes) {
        if (read.isCompiled() || TfLite.find().isEmpty() || TfLiteTraits.read(bytes).hazard().isPresent()) {
            return TfLiteTraits.read(bytes).hazard().orElse("");
        }
        try {
            TfLite.find().get().interpreter(bytes).close();
            return "";
        } catch (final NativeCallException e) {
            return TfLite.find().get() + ": " + e.getMessage();
        }
    }

    private static void table(final Path file, final TfLiteFile read, final TfLiteOperators operators, final String absence,
        final PrintWriter print) {
        print.println(Lines.wrap(file + (read.isCompiled() ? "" : " (not compiled for an Edge TPU)")));
        read.inputs().forEach(info -> print.println(Lines.wrap("  in   " + info)));
        read.outputs().forEach(info -> print.println(Lines.wrap("  out  " + info)));
        print.println(Lines.wrap("  operators " + read.operators() + ", graphs " + read.subgraphs() + ", on the device "
            + read.packages().size()));
        print.println(Lines.wrap("  " + operators.names().entrySet().stream().sorted(Map.Entry.<String,
            Integer>comparingByValue().reversed()
            .thenComparing(Map.Entry.comparingByKey())).map(entry -> Printable.line(entry.getKey()) + ' ' + entry.getValue())
            .collect(Collectors.joining(", "))));
        if (read.isCompiled() && operators.onHost() > 0) {
            print.println(Lines.wrap("  " + Printable.line(operators.leftToTheCpu()) + ", about " + operators.hostOperations() / 1_000_000
                + " million operations"));
        }
        if (!absence.isEmpty()) {
            print.println(Lines.wrap("  DOES NOT RUN HERE: " + Printable.line(absence)));
        }
        for (final EdgePackage content : read.packages()) {
            final InvocationBytes bytes = content.bytes();
            print.println(Lines.wrap("  compiler " + content.compilerVersion() + ", needs runtime " + content.minRuntimeVersion() + "; "
                + Sizes.format(bytes.cached()) + " cached, " + Sizes.format(bytes.streamed()) + " streamed by each invocation"
                + (content.token() == 0 ? "; no token: evicts everything cached" : "")));
            print.print(TextTable.text(Terminal.width() - INDENT, HEAD, content.executables().stream().map(code -> new String[] {
                String.valueOf(code.type()), token(code.token()), String.valueOf(code.parameterBytes()),
                String.valueOf(code.instructionBytes()), String.valueOf(code.inputBytes()), String.valueOf(code.outputBytes()),
                String.valueOf(code.narrowBytesPerTile())}).toList()).indent(INDENT));
        }
    }

    private static void csv(final Path file, final TfLiteFile read, final PrintWriter print) {
        for (final EdgePackage content : read.packages()) {
            for (final Executable code : content.executables()) {
                print.println("\"" + file.toString().replace("\"", "\"\"") + "\"," + code.type() + ',' + token(code.token()) + ','
                    + code.parameterBytes() + ',' + code.instructionBytes() + ',' + code.narrowBytesPerTile() + ','
                    + code.dmaParameterBytes() + ',' + code.inputBytes() + ',' + code.outputBytes() + ',' + content.minRuntimeVersion()
                    + ',' + content.signatureBytes());
            }
        }
    }

    private static String json(final Path file, final TfLiteFile read, final TfLiteOperators operators, final String absence)
        throws IOException {
        final StringWriter line = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(line)) {
            json.writeStartObject();
            json.writeStringField("file", file.toString());
            json.writeBooleanField("compiled", read.isCompiled());
            tensors(json, "inputs", read.inputs());
            tensors(json, "outputs", read.outputs());
            json.writeNumberField("subgraphs", read.subgraphs());
            json.writeNumberField("operators", read.operators());
            json.writeObjectFieldStart("operatorNames");
            for (final Map.Entry<String, Integer> operator : operators.names().entrySet()) {
                json.writeNumberField(operator.getKey(), operator.getValue());
            }
            json.writeEndObject();
            json.writeNumberField("operatorsOnCpu", operators.onHost());
            json.writeStringField("notRunnable", absence);
            json.writeArrayFieldStart("packages");
            for (final EdgePackage content : read.packages()) {
                json(json, content);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return line.toString();
    }

    private static void tensors(final JsonGenerator json, final String name, final List<TensorInfo> tensors) throws IOException {
        json.writeArrayFieldStart(name);
        for (final TensorInfo info : tensors) {
            json.writeStartObject();
            json.writeStringField("name", info.name());
            json.writeStringField("type", info.type() == null ? null : info.type().name());
            json.writeArrayFieldStart("shape");
            for (final long extent : info.shape()) {
                json.writeNumber(extent);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void json(final JsonGenerator json, final EdgePackage content) throws IOException {
        final InvocationBytes bytes = content.bytes();
        json.writeStartObject();
        json.writeStringField("token", token(content.token()));
        json.writeNumberField("cachedBytes", bytes.cached());
        json.writeNumberField("streamedBytes", bytes.streamed());
        json.writeNumberField("instructionBytes", bytes.instructions());
        json.writeNumberField("inputBytes", bytes.input());
        json.writeNumberField("outputBytes", bytes.output());
        json.writeStringField("compiler", content.compilerVersion());
        json.writeNumberField("minRuntime", content.minRuntimeVersion());
        json.writeArrayFieldStart("executables");
        for (final Executable code : content.executables()) {
            json.writeStartObject();
            json.writeStringField("type", code.type().name());
            json.writeStringField("token", token(code.token()));
            json.writeNumberField("parameterBytes", code.parameterBytes());
            json.writeNumberField("instructionBytes", code.instructionBytes());
            json.writeNumberField("narrowBytesPerTile", code.narrowBytesPerTile());
            json.writeNumberField("dmaParameterBytes", code.dmaParameterBytes());
            json.writeNumberField("inputBytes", code.inputBytes());
            json.writeNumberField("outputBytes", code.outputBytes());
            json.writeNumberField("estimatedCycles", code.estimatedCycles());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
