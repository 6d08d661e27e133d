/** Random hyperparameter search: many trainings of one job on data that is packed once. */
@NullMarked
package org.invar.search;

import org.jspecify.annotations.NullMarked;
