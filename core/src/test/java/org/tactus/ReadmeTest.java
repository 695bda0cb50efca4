// SPDX-License-Identifier: Apache-2.0
package org.tactus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the README tells a reader to type. */
class ReadmeTest {
    private static final Path README = Path.of("..", "README.md");

    @TempDir
    private Path folder;

    private static String program() throws IOException {
        final String text = Files.readString(README);
        final int begin = text.indexOf("```java\n") + "```java\n".length();
        return text.substring(begin, text.indexOf("```", begin));
    }

    @Test
    @Timeout(60)
    void shouldCompileAndRunWhenTheEmbeddingProgramIsCopied() throws IOException, InterruptedException {
        final Path source = folder.resolve("Embedding.java");
        Files.writeString(source, program());
        final String classPath = System.getProperty("java.class.path");
        assertEquals(0, ToolProvider.getSystemJavaCompiler().run(
            null, null, null, "-Xlint:all", "-Werror", "-proc:none", "-cp", classPath, "-d", folder.toString(), source.toString()));
        final List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED", "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED"));
        command.addAll(List.of("-cp", classPath + File.pathSeparator + folder, "Embedding"));
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        final String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(10, TimeUnit.SECONDS), printed);
        assertEquals(0, process.exitValue(), printed);
        assertTrue(printed.contains("control") && printed.startsWith("release: ACCEPTED\n") && printed.endsWith("alarms: 1\n"), printed);
    }
}
