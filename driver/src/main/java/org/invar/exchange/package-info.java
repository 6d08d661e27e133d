/**
 * How the steps of an epoch are taken: by a gang of workers, by one worker in a process, or by an
 * ordinary Spark job each; how gangs are planned, brought together, watched and replaced.
 */
@NullMarked
package org.invar.exchange;

import org.jspecify.annotations.NullMarked;
