/** Text files to rows, each of which knows its file and its line: CSV, JSON lines, LibSVM. */
@org.jspecify.annotations.NullMarked
package org.invar.source.text;
