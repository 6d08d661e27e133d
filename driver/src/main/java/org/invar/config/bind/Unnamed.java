package org.invar.config.bind;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a record of one component that stands in a document as that component's value alone,
 * without its own name: {@code shards: 8} beside {@code shards: auto}.
 *
 * <p>An interface has at most one such record; it takes the values that name none of the others.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface Unnamed {}
