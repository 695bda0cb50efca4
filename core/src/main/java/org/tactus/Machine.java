package org.tactus;

import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Facts about this machine, for reports. */
public final class Machine {
    private Machine() {
    }

    /**
     * The machine's name: the key of its calibration.
     *
     * @return its host name
     */
    public static String name() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (final UnknownHostException e) {
            return "unknown";
        }
    }

    /**
     * What a report says of the machine.
     *
     * @return {@code name}, {@code cpu}, {@code cores}, {@code kernel}, {@code java}
     */
    public static Map<String, String> facts() {
        final Map<String, String> facts = new LinkedHashMap<>();
        facts.put("name", name());
        facts.put("cpu", cpu());
        facts.put("cores", String.valueOf(Runtime.getRuntime().availableProcessors()));
        facts.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        facts.put("java", System.getProperty("java.vendor.version", "") + " " + System.getProperty("java.vm.version"));
        return facts;
    }

    private static String cpu() {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name")).map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst().orElse(System.getProperty("os.arch"));
        } catch (final IOException e) {
            return System.getProperty("os.arch");
        }
    }

    /**
     * Which garbage collector runs.
     *
     * @return its beans' names, such as {@code Copy, MarkSweepCompact}
     */
    public static String collector() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream().map(GarbageCollectorMXBean::getName)
            .collect(Collectors.joining(", "));
    }
}
