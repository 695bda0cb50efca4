// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.ptx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads one kernel of a module: parameters, registers, shared memory, instructions. */
final class PtxParser {
    private static final String ENTRY = ".entry";

    private final List<PtxKernel.Parameter> parameters = new ArrayList<>();
    private final List<PtxKernel.Instruction> instructions = new ArrayList<>();
    private final PtxRegisters registers = new PtxRegisters();
    /** Names of shared memory and labels, as numbers. */
    private final Map<String, Integer> shared = new HashMap<>();
    private final Map<String, Integer> labels = new HashMap<>();
    private int sharedBytes;

    PtxParser(final String ptx, final String entry) {
        final int found = find(ptx, entry);
        if (found < 0) {
            throw new IllegalArgumentException("a module without it");
        }
        final int open = ptx.indexOf('(', found);
        final int close = ptx.indexOf(')', open);
        final int body = ptx.indexOf('{', close);
        for (final String parameter : ptx.substring(open + 1, close).split(",")) {
            if (!parameter.isBlank()) {
                final String[] words = parameter.strip().split("\\s+");
                parameters.add(new PtxKernel.Parameter(words[words.length - 1], words[1].endsWith("64") ? Long.BYTES : Integer.BYTES,
                    registers.addLong()));
            }
        }
        final List<String> statements = statements(ptx, body);
        int at = 0;
        for (final String statement : statements) { // labels first: a branch may go forward
            if (statement.endsWith(":")) {
                labels.put(statement.substring(0, statement.length() - 1), at);
            } else if (!statement.startsWith(".")) {
                at++;
            }
        }
        for (final String statement : statements) {
            if (statement.startsWith(".")) {
                declare(statement);
            } else if (!statement.endsWith(":")) {
                instructions.add(instruction(statement));
            }
        }
    }

    /** Where a kernel's name ends in a module's text; -1 when it has none of that name. */
    static int find(final String ptx, final String entry) {
        int at = ptx.indexOf(ENTRY);
        while (at >= 0) {
            int name = at + ENTRY.length();
            while (name < ptx.length() && Character.isWhitespace(ptx.charAt(name))) {
                name++;
            }
            final int end = name + entry.length();
            if (ptx.startsWith(entry, name) && end < ptx.length() && (ptx.charAt(end) == '(' || Character.isWhitespace(ptx.charAt(end)))) {
                return end;
            }
            at = ptx.indexOf(ENTRY, name);
        }
        return -1;
    }

    /** The statements of a body, labels with their colon, up to its closing brace. */
    private static List<String> statements(final String ptx, final int body) {
        final List<String> statements = new ArrayList<>();
        final StringBuilder text = new StringBuilder();
        int depth = 0;
        for (int i = body + 1; i < ptx.length(); i++) {
            final char c = ptx.charAt(i);
            if (c == '/' && ptx.startsWith("//", i)) {
                final int end = ptx.indexOf('\n', i);
                i = end < 0 ? ptx.length() : end;
            } else if (c == '}' && depth == 0) {
                return statements;
            } else if (c == ';' || c == ':') {
                statements.add((c == ':' ? text.append(c) : text).toString().strip());
                text.setLength(0);
            } else {
                depth += c == '{' ? 1 : c == '}' ? -1 : 0;
                text.append(c);
            }
        }
        throw new IllegalArgumentException("a body without an end");
    }

    private void declare(final String statement) {
        final String[] words = statement.split("[\\s,]+");
        if (words[0].equals(".reg")) {
            for (int i = 2; i < words.length; i++) {
                registers.declare(words[1], words[i]);
            }
        } else if (words[0].equals(".shared")) { // .shared .align 16 .b8 name[bytes]
            final String name = words[words.length - 1];
            final int bracket = name.indexOf('[');
            final int alignment = Integer.parseInt(words[2]);
            sharedBytes = Math.ceilDiv(sharedBytes, alignment) * alignment;
            shared.put(name.substring(0, bracket), sharedBytes);
            sharedBytes += Integer.parseInt(name.substring(bracket + 1, name.length() - 1));
        } else if (!words[0].equals(".pragma") && !words[0].equals(".loc")) {
            throw new IllegalArgumentException("unknown declaration: " + statement);
        }
    }

    private PtxKernel.Instruction instruction(final String statement) {
        String text = statement;
        int predicate = -1;
        boolean negated = false;
        if (text.startsWith("@")) {
            final int end = text.indexOf(' ');
            negated = text.charAt(1) == '!';
            predicate = registers.predicate(text.substring(negated ? 2 : 1, end)) / PtxWarp.LANES;
            text = text.substring(end).strip();
        }
        final String[] words = text.split("\\s+", 2);
        final List<String> operands = operands(words.length > 1 ? words[1] : "");
        try {
            return new PtxKernel.Instruction(flow(words[0], operands), predicate, negated,
                statement.replaceAll("\\s+", " "));
        } catch (final IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("'" + statement + "': " + e.getMessage(), e);
        }
    }

    private PtxOperation flow(final String opcode, final List<String> operands) {
        switch (opcode) {
            case "bra", "bra.uni" -> {
                final Integer target = labels.get(operands.getFirst());
                if (target == null) {
                    throw new IllegalArgumentException("no label " + operands.getFirst());
                }
                return new PtxOperation.Flow(PtxOperation.Kind.BRANCH, target);
            }
            case "bar.sync", "barrier.sync" -> {
                return new PtxOperation.Flow(PtxOperation.Kind.BARRIER, -1);
            }
            case "ret", "exit" -> {
                return new PtxOperation.Flow(PtxOperation.Kind.RETURN, -1);
            }
            default -> {
                return opcode.startsWith("ld.") || opcode.startsWith("st.") || opcode.startsWith("red.")
                    ? new PtxAccesses(registers, this::address).of(opcode, operands)
                    : new PtxArithmetic(registers).of(opcode, resolved(operands));
            }
        }
    }

    /** Names of shared memory in place of numbers: its address. */
    private List<String> resolved(final List<String> operands) {
        return operands.stream().map(operand -> shared.containsKey(operand) ? String.valueOf(shared.get(operand)) : operand).toList();
    }

    private static List<String> operands(final String text) {
        final List<String> operands = new ArrayList<>();
        int from = 0;
        int depth = 0;
        for (int i = 0; i <= text.length(); i++) {
            final char c = i == text.length() ? ',' : text.charAt(i);
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            if (c == ',' && depth == 0 && !text.isBlank()) {
                operands.add(text.substring(from, i).strip());
                from = i + 1;
            }
        }
        return operands;
    }

    /** The parts of an address: a register or a name, and what is added. */
    record Address(String base, PtxKernel.Parameter parameter, int shared, long offset) {
    }

    private Address address(final String operand) {
        if (!operand.startsWith("[") || !operand.endsWith("]")) {
            throw new IllegalArgumentException(operand + " is no address");
        }
        final String inner = operand.substring(1, operand.length() - 1).strip();
        final int plus = inner.indexOf('+');
        final String base = plus < 0 ? inner : inner.substring(0, plus).strip();
        final long offset = plus < 0 ? 0 : PtxRegisters.number(inner.substring(plus + 1).strip());
        return new Address(base, parameters.stream().filter(parameter -> parameter.name().equals(base)).findFirst().orElse(null),
            shared.getOrDefault(base, -1), offset);
    }

    List<PtxKernel.Parameter> parameters() {
        return parameters;
    }

    List<PtxKernel.Instruction> instructions() {
        return instructions;
    }

    PtxRegisters registers() {
        return registers;
    }

    int sharedBytes() {
        return sharedBytes;
    }
}
