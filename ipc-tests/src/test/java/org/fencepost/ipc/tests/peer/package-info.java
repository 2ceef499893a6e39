/**
 * The library's interface as ports that work the same in this process and in a child: a test says
 * which side lives where and is otherwise written once. {@link org.fencepost.ipc.tests.peer.Peer}
 * opens channels; {@link org.fencepost.ipc.tests.peer.LocalPeer} is the only code here that calls
 * the library; {@link org.fencepost.ipc.tests.peer.ChildPeer} forwards to one in another JVM.
 */
package org.fencepost.ipc.tests.peer;
