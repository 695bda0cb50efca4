package org.tactus.internal.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tactus.Tactus;
import org.tactus.model.DeviceSpec;
import org.tactus.model.TaskSet;

/** Comes in by every way of the front door, in a JVM without the flags. */
@Timeout(60)
class JvmFlagsTest {
    private static final String EXPORT = "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED";
    private static final String NATIVE = "--enable-native-access=ALL-UNNAMED";

    /** What the started JVM runs. */
    static final class Way {
        private Way() {
        }

        public static void main(final String[] way) throws InterruptedException {
            final TaskSet set = TaskSet.builder("one").device(DeviceSpec.modelled("acc0"))
                .task("a", t -> t.periodNs(10_000_000).segment("acc0", 1_000_000)).build();
            switch (way[0]) {
                case "launch" -> Tactus.launch(new Tactus.Context().taskSet(set)).close();
                case "profile" -> Tactus.profile(set, Path.of("."), 1);
                case "simulate" -> Tactus.simulate(set, 1_000_000_000, 1);
                default -> Tactus.analyze(set);
            }
            System.out.println("done");
        }
    }

    private static String run(final int expected, final String way, final String... flags) throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(flags));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Way.class.getName(), way));
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        final String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(10, TimeUnit.SECONDS), printed);
        if (expected == 0) {
            assertEquals(0, process.exitValue(), printed);
        } else {
            assertNotEquals(0, process.exitValue(), printed);
        }
        return printed;
    }

    @ParameterizedTest
    @ValueSource(strings = {"launch", "profile", "simulate"})
    void shouldEndWithOneLineThatNamesTheFlagsWhenTheyAreMissing(final String way) throws IOException, InterruptedException {
        final String printed = run(1, way);
        assertEquals(1, printed.lines().count(), printed);
        assertTrue(printed.contains(EXPORT) && printed.contains(NATIVE), printed);
        assertTrue(printed.contains("Maven") && printed.contains("Gradle"), printed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"launch", "profile", "simulate", "analyze"})
    void shouldGoOnWhenTheFlagsAreThere(final String way) throws IOException, InterruptedException {
        assertTrue(run(0, way, EXPORT, NATIVE, "--sun-misc-unsafe-memory-access=allow").endsWith("done\n"));
    }

    @Test
    void shouldNeedNoFlagWhenOnlyTheAnalysisIsAsked() throws IOException, InterruptedException {
        assertEquals("done\n", run(0, "analyze"));
    }
}
