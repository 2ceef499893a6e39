/**
 * The tool {@code ipc}: one class per command, beginning with {@code demo}.
 *
 * <p>{@link org.fencepost.ipc.demo.Ipc} is its entry. Every command is a
 * {@link org.fencepost.ipc.demo.ToolCommand}, which reads an {@link org.fencepost.ipc.demo.Input},
 * prints into an {@link org.fencepost.ipc.demo.Output}, and fails with a
 * {@link org.fencepost.ipc.demo.CommandFailedException}; what may be typed for it are its fields
 * {@link org.fencepost.ipc.demo.Flag} and {@link org.fencepost.ipc.demo.Value}, which
 * {@link org.fencepost.ipc.demo.Arguments} makes. {@link org.fencepost.ipc.demo.DemoCommand}
 * reads the options of {@code demo}, {@code DemoRun} directs the processes, {@code ProducerProcess}
 * and {@code ConsumerProcess} are what these processes run. Depends on ipc-core, picocli,
 * HdrHistogram and Jackson. Of ipc-core also on packages that it does not export: what looks at a channel's files uses
 * {@code org.fencepost.ipc.format}, {@code store} and {@code durable}, and what names an error of the system uses
 * {@code os}.
 */
package org.fencepost.ipc.demo;
