// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class EdgeTpuCostTest {
    private static final EdgeTpuCost USB3 = new EdgeTpuCost(HostLink.USB3);
    private static final EdgeTpuCost USB2 = new EdgeTpuCost(HostLink.USB2);
    private static final EdgeTpuCost PCIE = new EdgeTpuCost(HostLink.PCIE);
    /** mobilenet_v2_1.0_224_quant as darwinn_executables_parsed.csv has it. */
    private static final InvocationBytes MOBILENET_V2 = new InvocationBytes(3_900_864, 0, 129_632, 150_528, 1_008);

    private static double ms(final long ns) {
        return ns / 1e6;
    }

    @Test
    void shouldBoundTheMeasuredUploadsFromAboveByAtMostTwoMilliseconds() {
        final double[][] measured = {{66e3, 1.32 - 0.28}, {1.0e6, 5.55 - 0.29}, {4.0e6, 13.64 - 0.27}, {4.8e6, 27.0 - 12.25}};
        for (final double[] pair : measured) {
            final double modelled = ms(USB3.uploadNs((long) pair[0]));
            assertTrue(modelled >= pair[1] && modelled <= pair[1] + 2, pair[0] + " bytes: " + modelled + " ms for " + pair[1]);
        }
        assertEquals(0, USB3.uploadNs(0));
    }

    @Test
    void shouldLieBetweenTheHostsThatWereMeasuredForANetworkThatFits() {
        final long ns = USB3.invocationNs(MOBILENET_V2, USB3.executionNs(MOBILENET_V2.cached()));
        assertTrue(ms(ns) > 2.29 && ms(ns) < 4.55, ms(ns) + " ms; x86 takes 2.29, a Raspberry Pi 4 4.55");
        final long board = PCIE.invocationNs(MOBILENET_V2, PCIE.executionNs(MOBILENET_V2.cached()));
        assertTrue(ms(board) > 2.56 * 0.75 && ms(board) < 2.56 * 1.25, ms(board) + " ms; a Dev Board takes 2.56");
        final long slow = USB2.invocationNs(MOBILENET_V2, USB2.executionNs(MOBILENET_V2.cached()));
        assertTrue(ms(slow) > 8 && ms(slow) < 10.77 * 1.25, ms(slow) + " ms; a Raspberry Pi 3 takes 10.77");
    }

    @Test
    void shouldTakeTheMeasuredTimesForANetworkThatStreams() {
        // inception_v4: about 36 MiB streamed and 41 MiB in all (reference D.5); 84 to 141 ms by USB 3, 1055 ms by USB 2
        final InvocationBytes inception = new InvocationBytes(5 << 20, 36 << 20, 390_000, 299 * 299 * 3, 1_008);
        final double fast = ms(USB3.invocationNs(inception, 13_000_000));
        assertTrue(fast > 84 && fast < 165, fast + " ms");
        final double slow = ms(USB2.invocationNs(inception, 13_000_000));
        assertTrue(slow > 900 && slow < 1_350, slow + " ms");
    }

    @Test
    void shouldAddItsTerms() {
        final HostLink link = new HostLink("test", 1e9, 5e8, 100, 0.5);
        final EdgeTpuCost cost = new EdgeTpuCost(link);
        // 10 + 20 + 30 bytes in at 1 byte a ns, half of it again for the host, 100 fixed, 7 executing, 4 bytes out at 2 ns a byte
        assertEquals(60 + 30 + 100 + 7 + 8, cost.invocationNs(new InvocationBytes(999, 30, 20, 10, 4), 7));
        assertEquals(30, cost.streamNs(30));
        assertEquals(23, cost.streamTailNs(30, 7));
        assertEquals(0, cost.streamTailNs(30, 31));
        assertEquals(EdgeTpuCost.UPLOAD_FIXED_NS + 999, cost.uploadNs(999));
        assertThrows(IllegalArgumentException.class, () -> new InvocationBytes(0, 0, -1, 0, 0));
    }

    @Test
    void shouldFindLinksByName() {
        assertEquals(HostLink.PCIE, HostLink.of("pcie").orElseThrow());
        assertTrue(HostLink.of("usb4").isEmpty());
    }
}
