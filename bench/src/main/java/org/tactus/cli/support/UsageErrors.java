// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.support;

import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tactus.internal.file.Nearest;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is said of a command line that cannot be understood: the word that was probably meant, or the commands that there are. */
public final class UsageErrors {
    private static final int SHOWN = 5;
    private static final String NO_COMMAND = "Missing required subcommand";

    private UsageErrors() {
    }

    /**
     * Says what is wrong and what would be right.
     *
     * @param error what the parser found
     * @return without the program's name; several lines only where no command was named
     */
    public static String text(final ParameterException error) {
        final CommandLine command = error.getCommandLine();
        final String help = command.getCommandSpec().qualifiedName() + " --help";
        if (error.getMessage().startsWith(NO_COMMAND)) {
            return "name a command, such as\n" + first(command) + "\n" + help + " lists all";
        }
        return (error instanceof final UnmatchedArgumentException unmatched ? unmatched(unmatched, command) : error.getMessage())
            + "; see " + help;
    }

    private static String first(final CommandLine command) {
        return command.getSubcommands().entrySet().stream().limit(SHOWN).map(entry -> String.format("  %-10s %s", entry.getKey(),
            Stream.of(entry.getValue().getCommandSpec().usageMessage().description()).findFirst().orElse("")
                .replaceFirst("(?s)[.:;](\\s.*)?$", ""))).collect(Collectors.joining("\n"));
    }

    private static String unmatched(final UnmatchedArgumentException error, final CommandLine command) {
        final String word = error.getUnmatched().getFirst();
        if (!word.startsWith("-") && !command.getSubcommands().isEmpty()) {
            return "there is no command '" + word + "'" + Nearest.hint(word, command.getSubcommands().keySet().toArray(String[]::new));
        }
        final Optional<String> meant = word.startsWith("-") ? Nearest.meant(word.replaceFirst("=.*", ""),
            command.getCommandSpec().optionsMap().keySet().toArray(String[]::new)) : Optional.empty();
        return error.getMessage() + meant.map(option -> "; did you mean '" + option + "'?").orElse("");
    }
}
