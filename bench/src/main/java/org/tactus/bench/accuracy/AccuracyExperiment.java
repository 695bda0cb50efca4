// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.accuracy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.tactus.bench.accuracy.MixtureAnswers.Difference;
import org.tactus.bench.experiment.Draw;
import org.tactus.bench.experiment.Workers;

/**
 * What int8 costs in accuracy: each layer alone; a growing share of the layers, chosen by three rules; and the mixtures that the
 * planner chooses for random sets under several assumptions. Every distinct mixture answers the held-out images; losses of single
 * layers, which the planner weighs, come from other images. The result follows from the seed alone, for any number of threads.
 */
final class AccuracyExperiment {
    /** Random orders of the layers, of which each share takes the first. */
    static final int ORDERS = 5;
    private static final int STEPS = 10;
    /** Sets that tell whether a quarter of all can be planned, and how fine utilisation is searched. */
    private static final int PROBES = 16;
    private static final double GRAIN = 0.25;
    private static final double LOSSES_DONE = 0.15;
    private static final double PLANS_DONE = 0.35;

    private final Settings settings;
    private final SignNetwork network;
    private final MixtureAnswers answers;
    private final boolean[] all;

    /**
     * What is asked.
     *
     * @param kind        of the images, and so which network
     * @param seed        of all draws
     * @param sets        drawn for each assumption and range of utilisation
     * @param evaluated   of those that could be planned: so many answer images
     * @param images      held-out images
     * @param low         least utilisation
     * @param high        largest utilisation
     * @param form        of layers on the CPU
     * @param assumptions about what is not public
     * @param threads     that work
     */
    record Settings(SignImages.Kind kind, long seed, int sets, int evaluated, int images, double low, double high,
                    AccuracySets.CpuForm form, List<AccuracyAssumption> assumptions, int threads) {
    }

    /**
     * One layer in int8 alone.
     *
     * @param name     of the layer
     * @param operator what it computes
     * @param onCpu    whether it runs in int8 on the CPU, so that the planner may choose that
     * @param held     on the held-out images
     * @param loss     share of the calibration images that are answered otherwise, percent: what the planner counts
     */
    record LayerLoss(String name, String operator, boolean onCpu, Difference held, double loss) {
    }

    /**
     * So many layers in int8.
     *
     * @param percent of the layers that have such a form
     * @param least   those that the planner prefers: least loss first
     * @param random  in random orders
     * @param most    most loss first
     */
    record Share(int percent, Difference least, List<Difference> random, Difference most) {
    }

    /**
     * A set that was planned.
     *
     * @param index       its number among those drawn
     * @param utilisation its utilisation
     * @param mixtures    for each task, by layer, whether it is in int8
     * @param differences for each task; empty where its mixtures answered no images
     */
    record PlannedSet(int index, double utilisation, List<boolean[]> mixtures, List<Difference> differences) {
    }

    /**
     * Sets under one assumption.
     *
     * @param assumption what is assumed
     * @param low        least utilisation
     * @param high       largest utilisation
     * @param blind      whether the planner was told that no layer loses anything
     * @param planned    those of the drawn sets that could be planned
     */
    record Row(AccuracyAssumption assumption, double low, double high, boolean blind, List<PlannedSet> planned) {
    }

    AccuracyExperiment(final Settings settings, final int weightLimit) {
        this.settings = settings;
        network = new SignNetwork(settings.kind(), weightLimit, SignNetwork.CALIBRATION_SHARE);
        answers = new MixtureAnswers(network.fp32(), new LabelledImages(settings.kind(), SignImages.TEST_SEED, settings.images()));
        all = answers.all();
    }

    /** Runs everything; told the share that is done. */
    AccuracyResult run(final Consumer<Double> progress) {
        final int layers = all.length;
        final double[] loss = losses();
        progress.accept(LOSSES_DONE);
        final AccuracySets weighing = new AccuracySets(settings.kind(), answers.model(), settings.form(), loss);
        final List<LayerLoss> losses = IntStream.range(0, layers).mapToObj(j -> new LayerLoss(answers.model().layers().get(j).name(),
            answers.model().layers().get(j).operator(), weighing.isInt8(j), answers.difference(alone(j)), loss[j])).toList();
        final List<Share> shares = shares(loss);
        final AccuracySets blind = new AccuracySets(settings.kind(), answers.model(), settings.form(),
            new double[layers]);
        final List<Row> rows = new ArrayList<>();
        for (final AccuracyAssumption assumption : settings.assumptions()) {
            final List<Row> here = new ArrayList<>(List.of(row(weighing, assumption, settings.low(), settings.sets(), false)));
            final double low = 4 * here.getFirst().planned().size() < settings.sets() ? edge(weighing, assumption) : settings.low();
            if (low < settings.low()) {
                here.add(row(weighing, assumption, low, settings.sets(), false));
            }
            if (assumption.cpuTime() == AccuracyAssumption.CpuTime.INT8) {
                here.add(row(blind, assumption, low, settings.sets(), true));
            }
            rows.addAll(here);
            progress.accept(LOSSES_DONE + (PLANS_DONE - LOSSES_DONE) * rows.size() / (3 * settings.assumptions().size()));
        }
        final List<boolean[]> mixtures = new ArrayList<>();
        rows.forEach(row -> row.planned().stream().limit(settings.evaluated()).forEach(set -> mixtures.addAll(set.mixtures())));
        answer(mixtures, share -> progress.accept(PLANS_DONE + (1 - PLANS_DONE) * share));
        return new AccuracyResult(settings, answers.top1(new boolean[layers]), answers.difference(all), losses, shares,
            rows.stream().map(this::evaluated).toList(), answers.count());
    }

    private boolean[] alone(final int layer) {
        final boolean[] alone = new boolean[all.length];
        alone[layer] = all[layer];
        return alone;
    }

    /** Each layer alone, on the calibration images for the planner, on the held-out ones for the reader. */
    private double[] losses() {
        final MixtureAnswers calibration = new MixtureAnswers(network.fp32(),
            new LabelledImages(settings.kind(), SignImages.CALIBRATION_SEED, settings.images()));
        calibration.of(new boolean[all.length]);
        answers.of(new boolean[all.length]);
        return Workers.map(settings.threads(), all.length, j -> {
            answers.of(alone(j));
            return calibration.difference(alone(j)).changed();
        }).stream().mapToDouble(Double::doubleValue).toArray();
    }

    private List<Share> shares(final double[] loss) {
        final List<Integer> byLoss = new ArrayList<>(IntStream.range(0, all.length).filter(j -> all[j]).boxed()
            .sorted(Comparator.comparingDouble(j -> loss[j])).toList());
        final List<List<Integer>> orders = new ArrayList<>(List.of(byLoss, byLoss.reversed()));
        final SplittableRandom random = new SplittableRandom(settings.seed());
        for (int i = 0; i < ORDERS; i++) {
            final List<Integer> order = new ArrayList<>(byLoss);
            for (int at = order.size() - 1; at > 0; at--) {
                Collections.swap(order, at, random.nextInt(at + 1));
            }
            orders.add(order);
        }
        final List<boolean[]> mixtures = new ArrayList<>();
        for (int step = 0; step <= STEPS; step++) {
            for (final List<Integer> order : orders) {
                final boolean[] mixture = new boolean[all.length];
                order.subList(0, (int) Math.round((double) order.size() * step / STEPS)).forEach(j -> mixture[j] = true);
                mixtures.add(mixture);
            }
        }
        answer(mixtures, share -> { });
        final List<Share> shares = new ArrayList<>();
        for (int step = 0; step <= STEPS; step++) {
            final List<Difference> here = mixtures.subList(step * orders.size(), (step + 1) * orders.size()).stream()
                .map(answers::difference).toList();
            shares.add(new Share(100 * step / STEPS, here.get(0), here.subList(2, here.size()), here.get(1)));
        }
        return shares;
    }

    /** The largest utilisation below the asked one at which a quarter of the sets can be planned. */
    private double edge(final AccuracySets sets, final AccuracyAssumption assumption) {
        int good = 1;
        int bad = (int) Math.ceil(settings.low() / GRAIN);
        while (bad - good > 1) {
            final int middle = (good + bad) / 2;
            if (4 * row(sets, assumption, middle * GRAIN, PROBES, false).planned().size() >= PROBES) {
                good = middle;
            } else {
                bad = middle;
            }
        }
        return good * GRAIN;
    }

    private Row row(final AccuracySets sets, final AccuracyAssumption assumption, final double low, final int count, final boolean blind) {
        final double high = low + settings.high() - settings.low();
        final List<PlannedSet> drawn = Workers.map(settings.threads(), count, index -> {
            final SplittableRandom random = Draw.forSet(settings.seed(), (int) Math.round(100 * low), index);
            final double utilisation = random.nextDouble(low, Math.nextUp(high));
            return new PlannedSet(index, utilisation, sets.plan(assumption, utilisation, random), List.of());
        });
        return new Row(assumption, low, high, blind, drawn.stream().filter(set -> !set.mixtures().isEmpty()).toList());
    }

    private Row evaluated(final Row row) {
        final List<PlannedSet> planned = new ArrayList<>(row.planned());
        for (int s = 0; s < Math.min(settings.evaluated(), planned.size()); s++) {
            final PlannedSet set = planned.get(s);
            planned.set(s, new PlannedSet(set.index(), set.utilisation(), set.mixtures(),
                set.mixtures().stream().map(answers::difference).toList()));
        }
        return new Row(row.assumption(), row.low(), row.high(), row.blind(), planned);
    }

    private void answer(final List<boolean[]> mixtures, final Consumer<Double> progress) {
        final Map<String, boolean[]> byText = new LinkedHashMap<>();
        mixtures.forEach(mixture -> byText.put(Arrays.toString(mixture), mixture));
        final List<boolean[]> distinct = List.copyOf(byText.values());
        Workers.map(settings.threads(), distinct.size(), index -> {
            answers.of(distinct.get(index));
            progress.accept((double) index / distinct.size());
            return index;
        });
    }
}
