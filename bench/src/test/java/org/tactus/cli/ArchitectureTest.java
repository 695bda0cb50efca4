// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Keeps the product's command line apart from experiments and benchmarks: it must run without them. */
class ArchitectureTest {
    private final JavaClasses classes = new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
        .importPackages("org.tactus.cli", "org.tactus.bench");

    @Test
    void shouldImportNoExperimentWhenItIsOfTheCommandLine() {
        assertTrue(classes.containPackage("org.tactus.bench.experiment"), "the experiments are looked at");
        noClasses().that().resideInAPackage("org.tactus.cli..").should().dependOnClassesThat()
            .resideInAnyPackage("org.tactus.bench..", "org.openjdk..", "org.knowm..", "org.apache..").check(classes);
    }

    @Test
    void shouldLeadFromRoomToRoomInOneDirectionWhenItIsOfTheCommandLine() {
        assertTrue(classes.containPackage("org.tactus.cli.run"), "the rooms of the commands are looked at");
        slices().matching("org.tactus.(cli..)").should().beFreeOfCycles().check(classes);
    }
}
