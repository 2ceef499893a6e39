/**
 * Every shared or stored byte, defined once: {@link org.fencepost.ipc.format.FileHeader} begins each
 * file, {@link org.fencepost.ipc.format.ControlFormat}, {@link org.fencepost.ipc.format.CursorsFormat},
 * {@link org.fencepost.ipc.format.MembersFormat} and {@link org.fencepost.ipc.format.SegmentFormat} are
 * the four kinds of file, {@link org.fencepost.ipc.format.FrameFormat} is what a segment holds.
 *
 * <p>Constants and pure functions only; depends on nothing but the JDK. The normative text is
 * docs/format.md, which changes together with this package. All numbers are little-endian.
 */
package org.fencepost.ipc.format;
