/**
 * Other processes: {@link org.fencepost.ipc.tests.child.ChildJvm} starts a JVM as a user would,
 * with a class path and nothing else. Depends on the JDK only.
 */
package org.fencepost.ipc.tests.child;
