/** Trained models: prediction, evaluation, and the data of the run that a model comes from. */
@NullMarked
package org.invar.score;

import org.jspecify.annotations.NullMarked;
