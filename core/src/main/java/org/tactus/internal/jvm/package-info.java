/**
 * What Tactus needs of the JVM that it runs in: flags, and on a module path the libraries that nothing else would bring in. Every way into
 * Tactus asks here first, so that what is missing is one line and not an error of a library's initialiser.
 *
 * <p>Comes in: nothing. Leaves: a sentence that says what to add. Knows nothing of Tactus.
 */
package org.tactus.internal.jvm;
