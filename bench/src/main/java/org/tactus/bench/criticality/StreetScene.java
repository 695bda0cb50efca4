// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A street as a camera sees it, frame by frame: cars and pedestrians, and poles, bins and bushes that are neither. A scene follows from
 * its kind and seed alone, by arithmetic that every Java does alike. Of each frame it tells where the objects are. One thread.
 */
public final class StreetScene {
    /** Columns of a frame. */
    public static final int WIDTH = 768;
    /** Rows of a frame. */
    public static final int HEIGHT = 448;
    /** Class of cars. */
    public static final int CAR = 0;
    /** Class of pedestrians. */
    public static final int PEDESTRIAN = 1;
    /** Seed of the scenes that the committed network was trained with; those of case studies differ from it. */
    public static final long TRAINING_SEED = 1_000_000;

    /** Pixels by which an object as large as its distance is seen. */
    static final double FOCAL = 620;
    /** Row of the horizon. */
    static final double HORIZON = 190;
    /** Metres of the camera above the street. */
    static final double CAMERA = 1.4;
    /** An object is told of a frame when so much of it is seen. */
    private static final double LEAST_SEEN = 0.35;
    private static final double LEAST_ROWS = 7;
    private static final double NEAREST = 3.5;
    private static final double FARTHEST = 62;

    private final Kind kind;
    private final SplittableRandom random;
    private final StreetPainter painter;
    private final List<Actor> actors = new ArrayList<>();
    private int nextId = 1;

    /** What the camera does, and how often it looks. */
    public enum Kind {
        /** A camera of a car that drives, 5 frames a second: things come closer, some stand or walk in the way. */
        DRIVING(5, 9, 8),
        /** A camera that stands, 10 frames a second: things cross, and are hidden behind pillars and each other. */
        CROSSING(10, 12, 5);

        private final double framesPerSecond;
        private final int objects;
        private final int others;

        Kind(final double framesPerSecond, final int objects, final int others) {
            this.framesPerSecond = framesPerSecond;
            this.objects = objects;
            this.others = others;
        }
    }

    /** One thing on the street; x to the right and z ahead, metres, of the middle of its foot. */
    static final class Actor {
        final int id;
        final int type;
        final double width;
        final double height;
        /** Colours of its parts. */
        final double[][] paint;
        double x;
        double z;
        double speedX;
        double speedZ;

        Actor(final int id, final int type, final double width, final double height, final double[][] paint) {
            this.id = id;
            this.type = type;
            this.width = width;
            this.height = height;
            this.paint = paint;
        }

        double left() {
            return WIDTH / 2.0 + FOCAL * (x - width / 2) / z;
        }

        double right() {
            return WIDTH / 2.0 + FOCAL * (x + width / 2) / z;
        }

        double bottom() {
            return HORIZON + FOCAL * CAMERA / z;
        }

        double top() {
            return HORIZON + FOCAL * (CAMERA - height) / z;
        }
    }

    /**
     * Sets a scene up; its first frame is the first that {@link #draw} draws.
     *
     * @param kind what the camera does
     * @param seed of everything in it
     */
    public StreetScene(final Kind kind, final long seed) {
        this.kind = kind;
        random = new SplittableRandom(new SplittableRandom(seed ^ kind.ordinal() * 0x5DEECE66DL).nextLong());
        painter = new StreetPainter(random.split());
        for (int i = 0; i < kind.objects + kind.others; i++) {
            actors.add(appear(i >= kind.objects, true));
        }
    }

    private Actor appear(final boolean other, final boolean first) {
        final int type = other ? StreetPainter.POLE + random.nextInt(3) : random.nextDouble() < 0.5 ? CAR : PEDESTRIAN;
        final double[][] paint = {random.doubles(3, 0.08, 0.95).toArray(), random.doubles(3, 0.08, 0.95).toArray()};
        final double size = random.nextDouble(0.88, 1.12);
        final Actor actor = new Actor(nextId++, type, size * StreetPainter.WIDTHS[type], size * StreetPainter.HEIGHTS[type], paint);
        if (kind == Kind.DRIVING) {
            drive(actor, first);
        } else {
            cross(actor, first);
        }
        return actor;
    }

    private void drive(final Actor actor, final boolean first) {
        final boolean inTheWay = actor.type <= PEDESTRIAN && random.nextDouble() < 0.4;
        actor.z = first ? random.nextDouble(8, FARTHEST) : random.nextDouble(45, FARTHEST);
        actor.x = inTheWay ? random.nextDouble(-1.6, 1.6) : (random.nextBoolean() ? 1 : -1) * random.nextDouble(2.6, 11);
        actor.speedZ = -random.nextDouble(4, 9);
        if (actor.type == CAR) {
            actor.speedZ = inTheWay ? -random.nextDouble(2, 7) : -random.nextDouble(4, 14);
        } else if (actor.type == PEDESTRIAN) {
            actor.speedX = random.nextDouble(-1.2, 1.2);
        }
    }

    private void cross(final Actor actor, final boolean first) {
        if (actor.type > PEDESTRIAN) {
            actor.z = random.nextDouble(6, 16);
            actor.x = random.nextDouble(-0.6, 0.6) * actor.z;
            return;
        }
        actor.z = actor.type == CAR ? random.nextDouble(14, 34) : random.nextDouble(9, 26);
        final boolean rightwards = random.nextBoolean();
        final double edge = actor.z * WIDTH / 2 / FOCAL + actor.width / 2;
        actor.x = first ? random.nextDouble(-edge, edge) : rightwards ? -edge : edge;
        actor.speedX = (rightwards ? 1 : -1) * (actor.type == CAR ? random.nextDouble(2.5, 7) : random.nextDouble(0.6, 2.2));
        actor.speedZ = actor.type == CAR ? 0 : random.nextDouble(-0.4, 0.4);
    }

    /**
     * Draws the next frame.
     *
     * @param frame  receives it: 3 planes of bytes, red, green and blue
     * @param truths receives the objects of which enough is seen, with ids that stay the same from frame to frame
     */
    public void draw(final MemorySegment frame, final BoxTable truths) {
        actors.sort(Comparator.comparingDouble((Actor actor) -> -actor.z).thenComparingInt(actor -> actor.id));
        painter.paint(actors, frame);
        truths.clear();
        for (int i = 0; i < actors.size(); i++) {
            final Actor actor = actors.get(i);
            final double left = Math.max(0, actor.left());
            final double right = Math.min(WIDTH, actor.right());
            final double top = Math.max(0, actor.top());
            final double bottom = Math.min(HEIGHT, actor.bottom());
            if (actor.type <= PEDESTRIAN && painter.seen(i) >= LEAST_SEEN && bottom - top >= LEAST_ROWS && right - left >= 2) {
                truths.add((float) left, (float) top, (float) right, (float) bottom, 1, actor.type, actor.id);
            }
        }
        advance();
    }

    private void advance() {
        for (int i = 0; i < actors.size(); i++) {
            final Actor actor = actors.get(i);
            actor.x += actor.speedX / kind.framesPerSecond;
            actor.z += actor.speedZ / kind.framesPerSecond;
            final double edge = actor.z * WIDTH / 2 / FOCAL + actor.width / 2;
            if (actor.z < NEAREST || actor.z > FARTHEST + 1 || Math.abs(actor.x) > edge + 0.2 && actor.speedX * actor.x > 0
                || kind == Kind.DRIVING && Math.abs(actor.x) > edge && actor.z < 12) {
                actors.set(i, appear(actor.type > PEDESTRIAN, false));
            }
        }
    }
}
