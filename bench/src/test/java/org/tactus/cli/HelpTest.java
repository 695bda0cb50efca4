// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.cli.spet.SpetOptions;
import org.tactus.cli.support.ExitStatus;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.plan.Planners;
import picocli.CommandLine;

@Timeout(60)
class HelpTest {
    private static final int WIDTH = 80;

    private static String printed(final String... words) {
        final StringWriter out = new StringWriter();
        assertEquals(ExitStatus.GOOD, Main.commandLine().setOut(new PrintWriter(out)).execute(words));
        return out.toString();
    }

    @Test
    void shouldListWhatCanBeChosenWhenHelpIsAsked() {
        final String plan = printed("plan", "--help");
        Stream.concat(Planners.names().stream(), Stream.of(SpetOptions.NAME)).forEach(name -> assertTrue(plan.contains(name), plan));
        for (final String command : List.of("analyze", "simulate")) {
            final String help = printed(command, "--help");
            Analyses.names().forEach(name -> assertTrue(help.matches("(?s).*[ :]" + name + "[,.].*"), name + " in " + help));
        }
    }

    @Test
    void shouldNameWhatAnOptionTakesWhenHelpIsAsked() {
        for (final String command : List.of("run", "simulate", "demo", "calibrate")) {
            final String help = printed(command, "--help");
            assertTrue(help.contains("--for=DURATION"), help);
        }
        Main.commandLine().getSubcommands().forEach((name, command) -> command.getCommandSpec().options().stream()
            .filter(option -> option.typeInfo().isBoolean() || !option.paramLabel().startsWith("<") || option.hidden())
            .forEach(option -> assertTrue(!option.paramLabel().equals("<durationNs>"), name + " " + option)));
    }

    @Test
    void shouldReadTheOptionsOfTheNamedCommandAlone() {
        for (final Class<?> command : Main.COMMANDS) {
            final String name = Main.name(command);
            assertEquals(command.getAnnotation(CommandLine.Command.class).name(), name);
            assertEquals(Set.of(name), Main.commandLine(new String[] {name, "--help"}).getSubcommands().keySet());
            assertEquals(Main.commandLine().getSubcommands().get(name).getUsageMessage(),
                Main.commandLine(new String[] {name}).getSubcommands().get(name).getUsageMessage());
        }
        for (final String other : List.of("--help", "experiment", "completion", "runn")) {
            assertEquals(Main.commandLine().getSubcommands().keySet(), Main.commandLine(new String[] {other}).getSubcommands().keySet());
        }
    }

    private static String refused(final String... words) {
        final StringWriter err = new StringWriter();
        assertEquals(ExitStatus.WRONG_INPUT, Main.commandLine(words).setErr(new PrintWriter(err, true)).execute(words));
        return err.toString().strip();
    }

    @Test
    void shouldNameTheCommandThatWasMeantWhenAWordIsNone() {
        assertEquals("tactus: there is no command 'analyse'; did you mean 'analyze'?; see tactus --help", refused("analyse", "x.yaml"));
        assertTrue(refused("frobnicate").startsWith("tactus: there is no command 'frobnicate'; write one of demo, init, analyze, run, "));
        assertEquals("tactus: Unknown option: '--tset'; did you mean '--test'?; see tactus analyze --help",
            refused("analyze", "x.yaml", "--tset"));
    }

    @Test
    void shouldNameTheFirstCommandsWhenNoneIsNamed() {
        final List<String> lines = refused().lines().toList();
        assertEquals("tactus: name a command, such as", lines.getFirst());
        assertEquals(List.of("demo", "init", "analyze", "run", "simulate"), lines.subList(1, lines.size() - 1).stream()
            .filter(line -> !line.startsWith("    ")).map(line -> line.strip().split(" ")[0]).toList());
        assertEquals("tactus --help lists all", lines.getLast());
        assertTrue(lines.stream().allMatch(line -> line.length() <= WIDTH), lines.toString());
    }

    @Test
    void shouldFitIntoATerminalWhenTheHelpOfAnyCommandIsAsked() {
        assertFits("tactus", Main.commandLine());
    }

    private static void assertFits(final String name, final CommandLine command) {
        command.getUsageMessage().lines().forEach(line -> assertTrue(line.length() <= WIDTH, name + ": " + line));
        command.getSubcommands().forEach((below, its) -> assertFits(name + ' ' + below, its));
    }

    @Test
    void shouldBeThePomsWhenTheVersionIsAsked() throws IOException {
        final String pom = Files.readString(Path.of("..", "pom.xml"));
        final String version = pom.substring(pom.indexOf("<version>") + "<version>".length(), pom.indexOf("</version>"));
        assertEquals("tactus " + version, printed("--version").strip());
    }

    @Test
    void shouldEndWithOneLineWhenTheJvmLacksItsFlags() throws IOException, InterruptedException {
        assertTrue(withoutFlags(0, "--help").startsWith("Usage: tactus"));
        for (final List<String> words : List.of(List.of("stat"), List.of("simulate", "no.yaml"), List.of("experiment", "braking"))) {
            final String printed = withoutFlags(2, words.toArray(String[]::new));
            assertEquals(1, printed.lines().count(), printed);
            assertTrue(printed.contains("--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED"), printed);
        }
    }

    private static String withoutFlags(final int status, final String... words) throws IOException, InterruptedException {
        final List<String> command = Stream.concat(Stream.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp", System.getProperty("java.class.path"), Main.class.getName()), Stream.of(words)).toList();
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        final String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(10, TimeUnit.SECONDS), printed);
        assertEquals(status, process.exitValue(), printed);
        return printed;
    }
}
