// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file whose quantiles fall was not measured so. */
class QuantilesTest {
    private static final Quantiles GOOD = new Quantiles(9, 11, 12, 13, 14);
    @TempDir
    private Path folder;

    private Path calibration() throws IOException {
        final Path file = folder.resolve("calibration.yaml");
        Files.deleteIfExists(file); // a broken one is never overwritten
        CalibrationFile.store(file, new MachineCalibration("m", "2026", 10, 0, 0, Map.of(), GOOD, GOOD, GOOD, GOOD, Optional.empty(),
            Optional.empty(), List.of()));
        return file;
    }

    private void assertRefused(final String key, final String value) throws IOException {
        final Path file = calibration();
        final String text = Files.readString(file);
        assertEquals(List.of("m"), CalibrationFile.read(file).stream().map(MachineCalibration::machine).toList());
        Files.writeString(file, text.replaceFirst(key + ": [0-9]+ns", key + ": " + value));
        final FileFormatException refused = assertThrows(FileFormatException.class, () -> CalibrationFile.read(file));
        assertTrue(refused.getMessage().contains("quantiles never fall"), refused.getMessage());
    }

    @Test
    void shouldBeRefusedWhenTheyFall() throws IOException {
        assertRefused("max", "1ns");
        assertRefused("p99", "10ns");
        assertRefused("p999", "11ns");
        assertRefused("p50", "13ns");
    }
}
