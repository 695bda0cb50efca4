// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.tactus.internal.file.WholeFile;

/** Writes {@code report.html}: one page with its style, its script and the data of its runs, which asks nothing of any other file. */
public final class ReportPage {
    /** Name of the page. */
    public static final String NAME = "report.html";
    private static final String DATA = "<!--data-->";

    private ReportPage() {
    }

    /**
     * Writes the page into the first folder.
     *
     * @param folders of runs and simulations, the one that the others are compared with first
     * @return the page
     * @throws IOException when a file cannot be read or written; the message names it
     */
    public static Path write(final List<Path> folders) throws IOException {
        final StringBuilder data = new StringBuilder();
        for (final Path folder : folders) {
            data.append("<script type=\"application/octet-stream\" class=\"run\">").append(RunData.encode(folder)).append("</script>\n");
        }
        final String page = resource("page.html").replace("/*style*/", resource("page.css")).replace("/*script*/", resource("page.js"));
        final int at = page.indexOf(DATA);
        final Path file = folders.getFirst().resolve(NAME);
        WholeFile.write(file, out -> {
            out.write(page.substring(0, at).getBytes(StandardCharsets.UTF_8));
            out.write(data.toString().getBytes(StandardCharsets.UTF_8));
            out.write(page.substring(at + DATA.length()).getBytes(StandardCharsets.UTF_8));
        });
        return file;
    }

    private static String resource(final String name) throws IOException {
        try (InputStream in = ReportPage.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("the program lacks its file " + name + "; build it again");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
