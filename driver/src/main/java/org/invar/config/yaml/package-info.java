/** YAML with the file and line of every value, numbers as they are written, and paths of keys. */
@NullMarked
package org.invar.config.yaml;

import org.jspecify.annotations.NullMarked;
