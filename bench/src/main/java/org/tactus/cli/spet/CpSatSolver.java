// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.spet;

import com.google.ortools.sat.BoolVar;
import com.google.ortools.sat.Constraint;
import com.google.ortools.sat.CpModel;
import com.google.ortools.sat.CpSolver;
import com.google.ortools.sat.CpSolverStatus;
import com.google.ortools.sat.IntVar;
import com.google.ortools.sat.LinearExpr;
import org.tactus.internal.plan.spet.IntegerProgram;
import org.tactus.internal.plan.spet.IntegerSolver;

/** Solves integer programs by OR-Tools' CP-SAT: one worker, a fixed seed, a limit of work and not of time, so deterministic. */
public final class CpSatSolver implements IntegerSolver {
    /** In CP-SAT's unit of work, which is near a second on a machine of our own. */
    private static final double DEFAULT_WORK = 20;

    private final double work;

    /**
     * Loads the native library; about a second, once a process.
     *
     * @throws UnsatisfiedLinkError when it is not on the class path or not for this machine
     */
    public CpSatSolver() {
        this(DEFAULT_WORK);
    }

    /**
     * With a limit of its own.
     *
     * @param work most work for one program, in CP-SAT's deterministic unit
     * @throws UnsatisfiedLinkError when the native library is not on the class path or not for this machine
     */
    public CpSatSolver(final double work) {
        OrTools.load();
        this.work = work;
    }

    @Override
    public Solution solve(final IntegerProgram program) {
        final CpModel model = new CpModel();
        final IntVar[] variables = new IntVar[program.variables()];
        for (int i = 0; i < variables.length; i++) {
            variables[i] = program.least(i) == 0 && program.most(i) == 1 ? model.newBoolVar("")
                : model.newIntVar(program.least(i), program.most(i), "");
        }
        for (final IntegerProgram.Row row : program.rows()) {
            final Constraint constraint = model.addLessOrEqual(sum(row, variables), row.atMost());
            if (row.onlyIf() != IntegerProgram.ALWAYS) {
                constraint.onlyEnforceIf((BoolVar) variables[row.onlyIf()]);
            }
        }
        if (program.objective().variables().length > 0) {
            model.minimize(sum(program.objective(), variables));
        }
        final CpSolver solver = new CpSolver();
        solver.getParameters().setNumWorkers(1).setRandomSeed(1).setMaxDeterministicTime(work);
        final CpSolverStatus status = solver.solve(model);
        if (status == CpSolverStatus.MODEL_INVALID) {
            throw new IllegalArgumentException("the solver does not take the program: " + model.validate());
        }
        if (status != CpSolverStatus.OPTIMAL && status != CpSolverStatus.FEASIBLE) {
            return new Solution(new long[0], status == CpSolverStatus.INFEASIBLE);
        }
        final long[] values = new long[variables.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = solver.value(variables[i]);
        }
        return new Solution(values, status == CpSolverStatus.OPTIMAL);
    }

    private static LinearExpr sum(final IntegerProgram.Row row, final IntVar[] variables) {
        final IntVar[] terms = new IntVar[row.variables().length];
        for (int i = 0; i < terms.length; i++) {
            terms[i] = variables[row.variables()[i]];
        }
        return LinearExpr.weightedSum(terms, row.factors());
    }
}
