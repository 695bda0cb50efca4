// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.support;

import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.tactus.internal.text.Nearest;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.TextTable;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is said of a command line that cannot be understood: the word that was probably meant, or the commands that there are. */
public final class UsageErrors {
    private static final int SHOWN = 5;
    private static final int WIDTH = 80;
    private static final int NAME_WIDTH = 12;
    private static final String NO_COMMAND = "Missing required subcommand";

    /** What the parser says of a word that is none of those that an option takes. */
    private static final Pattern CHOICE = Pattern.compile(
        "^Invalid value for option '([^' ]+)'[^:]*: expected one of \\[(.*)\\] \\(case-(?:in)?sensitive\\) but was '(.*)'$",
        Pattern.DOTALL);

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
        final String what = error instanceof final UnmatchedArgumentException unmatched ? unmatched(unmatched, command)
            : CHOICE.matcher(error.getMessage()).replaceFirst("$1: '$3' is none; write one of $2");
        return what.replaceFirst("\\.$", "") + "; see " + help;
    }

    private static String first(final CommandLine command) {
        final TextTable table = TextTable.forColumns(Help.defaultColorScheme(Help.Ansi.OFF),
            new Column(NAME_WIDTH, 2, Column.Overflow.TRUNCATE), new Column(WIDTH - NAME_WIDTH, 1, Column.Overflow.WRAP));
        command.getSubcommands().entrySet().stream().limit(SHOWN).forEach(entry -> table.addRowValues(entry.getKey(),
            Stream.of(entry.getValue().getCommandSpec().usageMessage().description()).findFirst().orElse("")
                .replaceFirst("(?s)[.:;](\\s.*)?$", "")));
        return table.toString().stripTrailing();
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
