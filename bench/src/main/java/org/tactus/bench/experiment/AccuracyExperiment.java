package org.tactus.bench.experiment;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.tactus.bench.accuracy.LabelledImages;
import org.tactus.bench.accuracy.SignImages;
import org.tactus.bench.accuracy.SignNetwork;
import org.tactus.inference.LayeredModel;
import org.tactus.inference.Mixture;
import org.tactus.model.ActualTime;
import org.tactus.model.Boundary;
import org.tactus.model.DeviceSpec;
import org.tactus.model.NamedVariant;
import org.tactus.model.Overheads;
import org.tactus.model.Precision;
import org.tactus.model.TaskBuilder;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;
import org.tactus.plan.LayerAllocation;
import org.tactus.plan.LayerAllocator;
import org.tactus.plan.LayerChoices;

/**
 * What planned sets lose in accuracy: tasks that all run the sign network, each with its own mixture of layers on the CPU in int8 and
 * on the GPU in floating point, chosen by the planner; every distinct mixture then answers the held-out images. Losses of single layers,
 * which the planner weighs, come from other images. CPU times are those measured and committed, GPU times follow by drawn ratios. The
 * result follows from the seed alone, for any number of threads.
 */
final class AccuracyExperiment {
    static final int TASKS = 5;
    /** Images that a job answers: one alone takes so little that the hand-over between devices would cost more than the layers. */
    private static final int BATCH = 32;
    private static final int MOST_ANALYSES = 2_000;
    private static final long DISPATCH_NS = 2_000;
    private static final long COPY_NS = 2_000;
    private static final double COPY_BYTES_PER_NS = 10;
    private static final String TIMES = "sign-layers.csv";

    private final SignNetwork network;
    private final LayeredModel model;
    private final LabelledImages test;
    private final Settings settings;
    private final long[] int8Ns;
    private final long[] fp32Ns;
    private final long[] quantiseNs;
    private final long[] dequantiseNs;
    private final ConcurrentMap<List<Boolean>, int[]> answers = new ConcurrentHashMap<>();

    /**
     * What is drawn.
     *
     * @param seed      of all draws
     * @param sets      planned sets
     * @param images    held-out images
     * @param low       least utilisation
     * @param high      largest utilisation
     * @param lowRatio  least ratio of a layer's time on the CPU to its time on the GPU
     * @param highRatio largest ratio
     * @param threads   that work
     */
    record Settings(long seed, int sets, int images, double low, double high, double lowRatio, double highRatio, int threads) {
    }

    /**
     * One layer in int8 alone.
     *
     * @param name       of the layer
     * @param operator   what it computes
     * @param difference of top-1 accuracy on the held-out images, points
     * @param changed    share of the held-out images that are answered otherwise, percent
     * @param weight     the same share of the calibration images: what the planner counts as its loss
     */
    record LayerLoss(String name, String operator, double difference, double changed, double weight) {
    }

    /**
     * One task set.
     *
     * @param utilisation its utilisation
     * @param planned     whether the planner found a schedulable allocation
     * @param int8        for each task, how many layers run in int8
     * @param difference  for each task, top-1 accuracy less that of floating point, points; empty when it was not planned
     */
    record PlannedSet(double utilisation, boolean planned, int[] int8, double[] difference) {
    }

    AccuracyExperiment(final Settings settings, final int weightLimit) {
        this.settings = settings;
        network = new SignNetwork(weightLimit, SignNetwork.CALIBRATION_SHARE);
        model = network.fp32().layers();
        test = new LabelledImages(SignImages.TEST_SEED, settings.images());
        final List<String[]> rows = Tables.read(TIMES);
        if (rows.size() != model.layers().size()) {
            throw new IllegalStateException(TIMES + " has " + rows.size() + " layers, the network "
                + model.layers().size() + "; measure it anew, see the README there");
        }
        fp32Ns = column(rows, 5);
        int8Ns = column(rows, 6);
        quantiseNs = column(rows, 7);
        dequantiseNs = column(rows, 8);
    }

    private static long[] column(final List<String[]> rows, final int column) {
        return rows.stream().map(row -> row[column])
            .mapToLong(text -> text.isEmpty() ? Long.MAX_VALUE : (long) (1000 * BATCH * Double.parseDouble(text))).toArray();
    }

    /** Runs everything; told the share that is done. */
    AccuracyResult run(final Consumer<Double> progress) {
        final int layers = model.layers().size();
        final boolean[] none = new boolean[layers];
        final boolean[] all = new boolean[layers];
        final List<boolean[]> single = new ArrayList<>();
        for (int j = 0; j < layers; j++) {
            all[j] = model.layers().get(j).hasInt8();
            final boolean[] alone = new boolean[layers];
            alone[j] = all[j];
            single.add(alone);
        }
        final List<LayerLoss> losses = losses(none, single);
        progress.accept(0.2);
        final double[] weight = losses.stream().mapToDouble(LayerLoss::weight).toArray();
        final List<Draft> drafts = Workers.map(settings.threads(), settings.sets(), index -> draft(index, weight));
        final List<boolean[]> mixtures = new ArrayList<>();
        drafts.forEach(draft -> draft.mixtures().forEach(mixtures::add));
        mixtures.add(none);
        mixtures.add(all);
        answer(mixtures, share -> progress.accept(0.3 + 0.7 * share));
        final double base = top1(none);
        final List<PlannedSet> planned = drafts.stream().map(draft -> new PlannedSet(draft.utilisation(), !draft.mixtures().isEmpty(),
            draft.mixtures().stream().mapToInt(AccuracyExperiment::count).toArray(),
            draft.mixtures().stream().mapToDouble(mixture -> top1(mixture) - base).toArray())).toList();
        return new AccuracyResult(settings, layers, base, top1(all), losses, planned, answers.size());
    }

    private static int count(final boolean[] mixture) {
        return (int) IntStream.range(0, mixture.length).filter(j -> mixture[j]).count();
    }

    private List<LayerLoss> losses(final boolean[] none, final List<boolean[]> single) {
        final LabelledImages calibration = new LabelledImages(SignImages.CALIBRATION_SEED, settings.images());
        final int[] plain = SignNetwork.answers(network.fp32(), calibration);
        answer(List.of(none), share -> { });
        final int[] held = answers.get(key(none));
        return Workers.map(settings.threads(), single.size(), j -> {
            if (!model.layers().get(j).hasInt8()) {
                return new LayerLoss(model.layers().get(j).name(), model.layers().get(j).operator(), 0, 0, 0);
            }
            final Mixture mixture = network.fp32().with(single.get(j));
            final int[] here = SignNetwork.answers(mixture, test);
            return new LayerLoss(model.layers().get(j).name(), model.layers().get(j).operator(),
                SignNetwork.accuracy(here, test) - SignNetwork.accuracy(held, test), changed(here, held),
                changed(SignNetwork.answers(mixture, calibration), plain));
        });
    }

    private static double changed(final int[] one, final int[] other) {
        int changed = 0;
        for (int i = 0; i < one.length; i++) {
            changed += one[i] != other[i] ? 1 : 0;
        }
        return 100.0 * changed / one.length;
    }

    private void answer(final List<boolean[]> mixtures, final Consumer<Double> progress) {
        final Map<List<Boolean>, boolean[]> distinct = new HashMap<>();
        mixtures.forEach(mixture -> distinct.put(key(mixture), mixture));
        final List<boolean[]> open = distinct.values().stream().filter(mixture -> !answers.containsKey(key(mixture))).toList();
        Workers.map(settings.threads(), open.size(), index -> {
            answers.put(key(open.get(index)), SignNetwork.answers(network.fp32().with(open.get(index)), test));
            progress.accept((double) answers.size() / (open.size() + 1));
            return index;
        });
    }

    private static List<Boolean> key(final boolean[] mixture) {
        return IntStream.range(0, mixture.length).mapToObj(j -> mixture[j]).toList();
    }

    private double top1(final boolean[] mixture) {
        return SignNetwork.accuracy(answers.get(key(mixture)), test);
    }

    /** A set as planned: a mixture for each task, none when it could not be planned. */
    private record Draft(double utilisation, List<boolean[]> mixtures) {
    }

    private Draft draft(final int index, final double[] weight) {
        final SplittableRandom random = Draw.forSet(settings.seed(), 0, index);
        final double utilisation = random.nextDouble(settings.low(), Math.nextUp(settings.high()));
        final TaskSet set = draw(random, utilisation, weight);
        final LayerAllocation found = new LayerAllocator(new LayerChoices(set), MOST_ANALYSES).allocate();
        final List<boolean[]> mixtures = new ArrayList<>();
        if (found.verdict().schedulable()) {
            for (final var task : found.set().tasks()) {
                final boolean[] mixture = new boolean[task.segments().size()];
                for (int j = 0; j < mixture.length; j++) {
                    mixture[j] = task.segments().get(j).precision() == Precision.INT8;
                }
                mixtures.add(mixture);
            }
        }
        return new Draft(utilisation, mixtures);
    }

    /** A layer that bytes do not make faster runs on the CPU in floating point. */
    private boolean isFaster(final int layer) {
        return int8Ns[layer] < fp32Ns[layer];
    }

    private TaskSet draw(final SplittableRandom random, final double utilisation, final double[] weight) {
        final double[] shares = Draw.utilisations(random, TASKS, utilisation);
        final TaskSetBuilder builder = TaskSet.builder("accuracy").overheads(new Overheads(0, DISPATCH_NS, 0, 0, 0))
            .device(DeviceSpec.modelled("gpu0")).device(DeviceSpec.cpu("cpu0"));
        for (int i = 0; i < TASKS; i++) {
            final long[] gpuNs = new long[int8Ns.length];
            double mean = 0;
            for (int j = 0; j < gpuNs.length; j++) {
                final long cpuNs = Math.min(int8Ns[j], fp32Ns[j]);
                gpuNs[j] = Math.max(1, (long) (cpuNs / Draw.logUniform(random, settings.lowRatio(), settings.highRatio())));
                mean += (gpuNs[j] + fp32Ns[j]) / 2.0;
            }
            final long periodNs = Math.max(1, (long) (mean / shares[i]));
            builder.task("t" + i, task -> {
                task.periodNs(periodNs);
                layers(task, gpuNs, weight);
            });
        }
        return builder.build();
    }

    private void layers(final TaskBuilder task, final long[] gpuNs, final double[] weight) {
        for (int j = 0; j < gpuNs.length; j++) {
            task.segment(List.of(NamedVariant.fp32("gpu0", gpuNs[j]), isFaster(j) ? NamedVariant.int8("cpu0", int8Ns[j], weight[j])
                : new NamedVariant("cpu0", Precision.FP32, fp32Ns[j], 0, ActualTime.WCET)));
        }
        final int[] starts = IntStream.range(0, gpuNs.length).toArray();
        for (final LayeredModel.Crossing crossing : model.crossings(starts)) {
            final int from = crossing.from();
            task.boundary(boundary(crossing.tensor(), from, crossing.to(), Math.max(0, from)));
        }
        final int last = gpuNs.length - 1;
        task.boundary(boundary(model.outputs().getFirst().name(), last, gpuNs.length, last));
    }

    private Boundary boundary(final String tensor, final int from, final int to, final int measuredAs) {
        final long copyNs = COPY_NS + (long) (BATCH * model.tensor(tensor).bytes() / COPY_BYTES_PER_NS);
        return new Boundary(from, to, copyNs, copyNs, quantiseNs[measuredAs], dequantiseNs[measuredAs]);
    }

    /** What a reader must know. */
    static List<String> notes(final Settings settings) {
        return List.of(
            "a job answers " + BATCH + " images; CPU times: the network's layers measured alone on one image, one core, int8 where "
                + "faster (sign-layers.csv), times " + BATCH + "; no GPU time of them is public: "
                + "GPU time = CPU time / a ratio drawn log-uniform in [" + settings.lowRatio() + ", " + settings.highRatio()
                + "] for each layer",
            "copies between host and GPU: " + COPY_NS / 1000 + " us and 10 bytes a ns, both ways; " + DISPATCH_NS / 1000
                + " us more for each segment; conversions as measured",
            "utilisation: sum over tasks of the mean of CPU and GPU time, both in floating point, over the period, spread by "
                + "UUniFast-discard; rate-monotonic",
            "the planner counts as a layer's loss the share of calibration images that are answered otherwise when it alone is in int8; "
                + "accuracy is counted on held-out images");
    }
}
