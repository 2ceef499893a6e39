/**
 * Files that are not what they should be, before and while they are used: each gives a named
 * exception, none is changed, and no JVM crashes. What may crash one runs in a child.
 */
package org.fencepost.ipc.tests.damage;
