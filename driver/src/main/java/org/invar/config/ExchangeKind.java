package org.invar.config;

/** How gradients and parameters travel in a step. */
public enum ExchangeKind {
  /** One stage runs the whole training: workers send each other slices and own the averager's. */
  GANG,
  /** One Spark job a step: partial sums go to the driver, parameters are broadcast. */
  DRIVER
}
