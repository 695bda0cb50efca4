/** What every command shares: its exit status and where Tactus' own files lie. Uses nothing of the other rooms. */
package org.tactus.bench;
