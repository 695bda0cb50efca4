// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.tactus.bindings.edgetpu.cost.HostLink;

/**
 * Everything that the result of a schedulability experiment depends on. Two runs with equal settings give the same numbers, whatever
 * machines and threads compute them.
 *
 * @param system      {@code single}, {@code lalarand}, {@code rt-swap}, {@code streaming} or {@code spet}
 * @param seed        of all draws
 * @param sets        task sets at each place of the axis; 0 for the experiment's default
 * @param cpuTimes    lalarand: what is assumed of int8 times on the CPU
 * @param cpuRatio    lalarand, drawn: {@code LOW..HIGH}
 * @param utilisation rt-swap, streaming: of execution alone
 * @param teraFlops   rt-swap: rate of execution, 10^12/s
 * @param bandwidth   rt-swap, streaming: of copies, 10^9 bytes/s
 * @param link        spet: {@code usb3}, {@code usb2} or {@code pcie}
 */
record ExperimentSettings(
    String system, long seed, int sets, String cpuTimes, String cpuRatio, double utilisation, double teraFlops, double bandwidth,
    String link) {
    private static final int MOST_SETS = 100_000_000;
    /** The options' defaults; the system has none. */
    private static final Map<String, String> DEFAULTS = Map.of("seed", "1", "sets", "0", "cpu-times", "drawn", "cpu-ratio", "0.5..3",
        "utilisation", "0.2", "tflops", "1.5", "bandwidth", "25", "link", "usb3");

    /** What is wrong with a setting, in one line for people. */
    static final class InvalidSettingException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        InvalidSettingException(final String message) {
            super(message);
        }
    }

    /** Checks what does not depend on the system, and fills in the system's number of sets. */
    ExperimentSettings {
        check(sets >= 0 && sets <= MOST_SETS, "--sets " + sets + " is out of range; give 1 to " + MOST_SETS);
        if (sets == 0) {
            sets = experiment(system, cpuTimes, cpuRatio, utilisation, teraFlops, bandwidth, link).defaultSets();
        }
    }

    /**
     * Makes the experiment.
     *
     * @throws InvalidSettingException when a setting is unknown or out of range
     */
    Experiment experiment() {
        return experiment(system, cpuTimes, cpuRatio, utilisation, teraFlops, bandwidth, link);
    }

    private static Experiment experiment(
        final String system, final String cpuTimes, final String cpuRatio, final double utilisation, final double teraFlops,
        final double bandwidth, final String link) {
        return switch (system) {
            case "single" -> new SingleExperiment();
            case "lalarand" -> lalarand(cpuTimes, cpuRatio);
            case "rt-swap" -> {
                check(utilisation > 0 && utilisation < 1, "--utilisation " + utilisation + " is out of range; give above 0, below 1");
                check(teraFlops > 0, "--tflops " + teraFlops + " is out of range; give above 0");
                check(bandwidth > 0, "--bandwidth " + bandwidth + " is out of range; give above 0");
                yield new RtSwapExperiment(utilisation, teraFlops, bandwidth);
            }
            case "streaming" -> {
                check(utilisation > 0 && utilisation < 1, "--utilisation " + utilisation + " is out of range; give above 0, below 1");
                check(bandwidth > 0, "--bandwidth " + bandwidth + " is out of range; give above 0");
                yield new StreamingExperiment(utilisation, bandwidth);
            }
            case "spet" -> new SpetExperiment(HostLink.of(link)
                .orElseThrow(() -> new InvalidSettingException("--link " + link + " is unknown; use usb3, usb2 or pcie")));
            default -> throw new InvalidSettingException(
                "--system " + system + " is unknown; use single, lalarand, rt-swap, streaming or spet");
        };
    }

    private static Experiment lalarand(final String cpuTimes, final String cpuRatio) {
        final String[] bounds = cpuRatio.split("\\.\\.", 2);
        try {
            final double low = Double.parseDouble(bounds[0]);
            final double high = Double.parseDouble(bounds[bounds.length - 1]);
            check(low > 0 && low <= high && high <= 1000, "--cpu-ratio " + cpuRatio + " is out of range; the lower bound above 0 first");
            final CpuTimes times = Arrays.stream(CpuTimes.values()).filter(known -> known.text().equals(cpuTimes)).findFirst()
                .orElseThrow(() -> new InvalidSettingException(
                    "--cpu-times " + cpuTimes + " is unknown; use drawn, measured or profile"));
            return new LalarandExperiment(times, low, high);
        } catch (final NumberFormatException e) {
            throw new InvalidSettingException("--cpu-ratio " + cpuRatio + " is not LOW..HIGH; such as 0.5..3");
        }
    }

    private static void check(final boolean good, final String message) {
        if (!good) {
            throw new InvalidSettingException(message);
        }
    }

    /** Writes the settings in one line, {@code name=value} separated by blanks; {@link #parse} reads it. */
    String text() {
        final Map<String, Object> values = new LinkedHashMap<>();
        values.put("system", system);
        values.put("seed", seed);
        values.put("sets", sets);
        values.put("cpu-times", cpuTimes);
        values.put("cpu-ratio", cpuRatio);
        values.put("utilisation", utilisation);
        values.put("tflops", teraFlops);
        values.put("bandwidth", bandwidth);
        values.put("link", link);
        return values.entrySet().stream().map(value -> value.getKey() + '=' + value.getValue()).collect(Collectors.joining(" "));
    }

    /**
     * Reads what {@link #text} wrote; what is not named has its default.
     *
     * @throws InvalidSettingException when the system is missing, a name is unknown or something is no number
     */
    static ExperimentSettings parse(final String text) {
        final Map<String, String> values = new HashMap<>(DEFAULTS);
        for (final String word : text.trim().split(" +")) {
            final String[] pair = word.split("=", 2);
            check(pair.length == 2 && (DEFAULTS.containsKey(pair[0]) || pair[0].equals("system")),
                "'" + word + "' is no setting; give NAME=VALUE with one of system, " + String.join(", ", new TreeSet<>(DEFAULTS.keySet())));
            values.put(pair[0], pair[1]);
        }
        try {
            return new ExperimentSettings(value(values, "system"), Long.parseLong(value(values, "seed")),
                Integer.parseInt(value(values, "sets")), value(values, "cpu-times"), value(values, "cpu-ratio"),
                Double.parseDouble(value(values, "utilisation")), Double.parseDouble(value(values, "tflops")),
                Double.parseDouble(value(values, "bandwidth")), value(values, "link"));
        } catch (final NumberFormatException e) {
            throw new InvalidSettingException("the settings '" + text + "' hold something that is no number where one is needed");
        }
    }

    private static String value(final Map<String, String> values, final String name) {
        final String value = values.get(name);
        check(value != null, "the settings lack '" + name + "'; such as " + name + "=rt-swap");
        return value;
    }
}
