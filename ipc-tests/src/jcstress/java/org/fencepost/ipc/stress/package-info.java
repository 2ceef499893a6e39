/**
 * Stress tests of two threads that share a log through mappings of their own: each side has its own
 * handle of one channel, so what one stores at one address the other loads at another. Every
 * outcome that must never be seen is listed as FORBIDDEN, with the reason.
 *
 * <p>A log is far too large to make one for each of the millions of trials; the threads go on in
 * the same one, and a trial is one step of each.
 *
 * <p>{@code mvn verify} runs each test once, for about a minute in all, and fails on a FORBIDDEN
 * outcome. The long run, in every compilation mode and placement, takes hours:
 *
 * <pre>
 * mvn verify -pl ipc-tests -am -DskipTests -Dstress.options="-m default"
 * </pre>
 *
 * <p>Other options are jcstress's own: {@code -Dstress.options="-m quick -t LossyLapping -v"}. The
 * report is in {@code ipc-tests/target/jcstress/results}; {@code -Dstress.skip} leaves them out.
 */
package org.fencepost.ipc.stress;
