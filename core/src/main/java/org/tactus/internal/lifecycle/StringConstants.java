// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.lifecycle;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;

/**
 * Makes the string constants of code before time zero. When the JVM hands a method to the C2 compiler, it first makes every string constant
 * of the method's class, those of messages that were never needed included, and it does so on the thread whose call was the one too many:
 * a dispatcher, in the middle of a run, when the machine was too busy to compile the method before. It makes no string that exists
 * already as a constant of another class or by {@link String#intern}, so those of the class files are interned here and kept.
 *
 * <p>Follows a class to the classes that it names, as long as they are ours or of a library that dispatchers call. What they call of the
 * JDK is named one by one, since following the JDK's classes would read hundreds.
 */
public final class StringConstants {
    private static final List<String> FOLLOWED = List.of("org/tactus/internal/buffer/", "org/tactus/internal/device/",
        "org/tactus/internal/event/", "org/tactus/internal/kernel/", "org/tactus/internal/lifecycle/", "org/tactus/internal/memory/",
        "org/tactus/internal/network/", "org/tactus/internal/policy/", "org/tactus/internal/supply/", "org/tactus/internal/time/",
        "org/tactus/bindings/", "org/agrona/AbstractMutableDirectBuffer", "org/agrona/concurrent/", "org/agrona/collections/IntArrayList",
        "org/jctools/queues/varhandle/", "org/HdrHistogram/AbstractHistogram", "org/HdrHistogram/Histogram");
    /** Classes of the JDK whose methods end up in the code of native calls, of memory segments and of a thread's sleep. Not followed. */
    private static final List<String> OF_THE_JDK = List.of("java/lang/Double", "java/lang/Integer", "java/lang/Long", "java/lang/Math",
        "java/lang/Object", "java/lang/System", "java/lang/Thread", "java/lang/foreign/MemorySegment",
        "java/lang/invoke/BoundMethodHandle", "java/lang/invoke/DirectMethodHandle",
        "java/lang/invoke/Invokers", "java/lang/invoke/LambdaForm", "java/lang/invoke/MethodHandle", "java/lang/invoke/MethodHandleImpl",
        "java/lang/invoke/MethodHandles", "java/lang/invoke/MethodType", "java/lang/invoke/VarHandle", "java/lang/invoke/VarHandles",
        "java/util/Arrays", "java/util/Objects", "java/util/concurrent/locks/LockSupport",
        "jdk/internal/foreign/AbstractMemorySegmentImpl", "jdk/internal/foreign/ConfinedSession", "jdk/internal/foreign/GlobalSession",
        "jdk/internal/foreign/HeapMemorySegmentImpl", "jdk/internal/foreign/MemorySessionImpl",
        "jdk/internal/foreign/NativeMemorySegmentImpl", "jdk/internal/foreign/SharedSession", "jdk/internal/foreign/Utils",
        "jdk/internal/foreign/abi/AbstractLinker", "jdk/internal/foreign/abi/SharedUtils", "jdk/internal/foreign/layout/AbstractLayout",
        "jdk/internal/foreign/layout/ValueLayouts", "jdk/internal/foreign/layout/ValueLayouts$AbstractValueLayout",
        "jdk/internal/misc/ScopedMemoryAccess", "jdk/internal/misc/Unsafe", "jdk/internal/util/Preconditions", "sun/misc/Unsafe");
    /**
     * Generated classes of one function or structure all have the same constants, so one of them is named where they are used. Those of a
     * header are followed: they name its functions.
     */
    private static final String GENERATED = "org/tactus/bindings/generated/";
    private static final String HEADER = "_h";
    /** Behind the magic number and the version. */
    private static final int POOL_OFFSET = 8;
    private static final int TEXT = 1;
    private static final int CLASS = 7;
    private static final int STRING = 8;
    private static final Set<String> READ = new HashSet<>();
    private static final List<String> KEPT = new ArrayList<>();

    private StringConstants() {
    }

    /**
     * Makes the constants of classes and of those that they name. Any thread; reads class files, so before time zero.
     *
     * @param roots the classes
     * @return how many classes were read that were not before, those of the JDK aside
     */
    public static synchronized int make(final Class<?>... roots) {
        final Queue<String> open = new ArrayDeque<>();
        for (final Class<?> root : roots) {
            open.add(root.getName().replace('.', '/'));
        }
        int read = 0;
        if (READ.isEmpty()) {
            for (final String name : OF_THE_JDK) {
                READ.add(name);
                read(name, open); // names none that is followed
            }
        }
        for (String name = open.poll(); name != null; name = open.poll()) {
            if (READ.add(name) && read(name, open)) {
                read++;
            }
        }
        return read;
    }

    private static boolean read(final String name, final Queue<String> open) {
        try (InputStream file = StringConstants.class.getClassLoader().getResourceAsStream(name + ".class")) {
            if (file == null) { // made at run time, such as a lambda's
                return false;
            }
            if (read(ByteBuffer.wrap(file.readAllBytes()), open)) {
                makeRefusals(name);
            }
            return true;
        } catch (final IOException e) {
            throw new UncheckedIOException("class " + name + " cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Makes the constants that no class file has: to an abstract class that leaves methods of its interfaces to its subclasses, the JVM
     * adds methods that throw, each with a message of its own among the class's string constants.
     */
    private static void makeRefusals(final String name) {
        final Method[] methods;
        try {
            methods = Class.forName(name.replace('/', '.'), false, StringConstants.class.getClassLoader()).getMethods();
        } catch (final ClassNotFoundException | LinkageError e) { // it needs what is not here, so nobody calls it
            return;
        }
        for (final Method method : methods) {
            if (Modifier.isAbstract(method.getModifiers()) && method.getDeclaringClass().isInterface()) {
                final MethodType type = MethodType.methodType(method.getReturnType(), method.getParameterTypes());
                KEPT.add(("Method " + name + "." + method.getName() + type.descriptorString() + " is abstract").intern());
            }
        }
    }

    /**
     * Reads the constant pool of a class file (The Java Virtual Machine Specification, 4.4).
     *
     * @return whether it is of an abstract class, which is no interface
     */
    private static boolean read(final ByteBuffer file, final Queue<String> open) {
        final int count = Short.toUnsignedInt(file.getShort(POOL_OFFSET));
        final int[] texts = new int[count];
        final BitSet strings = new BitSet(count);
        final BitSet classes = new BitSet(count);
        int at = POOL_OFFSET + Short.BYTES;
        for (int i = 1; i < count; i++) {
            final int tag = file.get(at++);
            switch (tag) {
                case TEXT -> {
                    texts[i] = at;
                    at += Short.BYTES + Short.toUnsignedInt(file.getShort(at));
                }
                case CLASS, STRING -> {
                    (tag == CLASS ? classes : strings).set(Short.toUnsignedInt(file.getShort(at)));
                    at += 2;
                }
                case 16, 19, 20 -> at += 2;
                case 15 -> at += 3;
                case 5, 6 -> {
                    at += 8;
                    i++; // takes two places
                }
                default -> at += 4;
            }
        }
        strings.stream().forEach(i -> KEPT.add(text(file, texts[i]).intern()));
        for (int i = classes.nextSetBit(0); i >= 0; i = classes.nextSetBit(i + 1)) {
            final String named = text(file, texts[i]);
            if ((!named.startsWith(GENERATED) || named.endsWith(HEADER)) && FOLLOWED.stream().anyMatch(named::startsWith)) {
                open.add(named);
            }
        }
        return (file.getShort(at) & (Modifier.ABSTRACT | Modifier.INTERFACE)) == Modifier.ABSTRACT;
    }

    /** A text of the pool. Of those with characters that class files encode in their own way, none is interned as it should be. */
    private static String text(final ByteBuffer file, final int at) {
        return new String(file.array(), at + Short.BYTES, Short.toUnsignedInt(file.getShort(at)), StandardCharsets.UTF_8);
    }
}
