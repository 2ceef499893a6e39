/**
 * What several test packages share: where files go, how long anything may take, programs of the system. Depends on
 * JUnit.
 */
package org.fencepost.ipc.tests.support;
