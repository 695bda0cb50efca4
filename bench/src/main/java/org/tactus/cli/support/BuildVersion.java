package org.tactus.cli.support;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** Tells the version of the build: the one of the POM, which the build writes into a resource. */
public final class BuildVersion implements IVersionProvider {
    private static final String RESOURCE = "/org/tactus/cli/build.properties";

    /**
     * Reads the version.
     *
     * @return such as {@code 0.1.0-SNAPSHOT}
     */
    public static String text() {
        try (InputStream in = BuildVersion.class.getResourceAsStream(RESOURCE)) {
            final Properties build = new Properties();
            build.load(in);
            return build.getProperty("version");
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String[] getVersion() {
        return new String[] {"tactus " + text()};
    }
}
