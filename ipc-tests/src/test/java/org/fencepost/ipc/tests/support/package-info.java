/**
 * What several test packages share: where files go and how long anything may take. Depends on
 * JUnit.
 */
package org.fencepost.ipc.tests.support;
