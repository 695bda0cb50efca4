package org.tactus.cli.support;

import java.util.Iterator;
import org.tactus.internal.analysis.Analyses;

/** The names of all schedulability tests: for the help of {@code --test} and for completion in a shell. */
public final class TestNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
        return Analyses.names().iterator();
    }
}
