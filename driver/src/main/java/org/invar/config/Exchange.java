package org.invar.config;

/** How gradients and parameters travel in a step. */
public enum Exchange {
  /** One Spark job a step: partial sums go to the driver, parameters are broadcast. */
  DRIVER
}
