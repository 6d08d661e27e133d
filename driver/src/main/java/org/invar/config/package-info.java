/**
 * Jobs: YAML documents that know the line of every key, records bound onto them, and the settings
 * of a training run.
 */
@NullMarked
package org.invar.config;

import org.jspecify.annotations.NullMarked;
