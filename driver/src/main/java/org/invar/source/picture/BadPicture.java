package org.invar.source.picture;

import java.io.IOException;

/** A picture file that cannot be read as its owner sees it. */
public final class BadPicture extends IOException {
  private static final long serialVersionUID = 1;

  private final String expected;
  private final String remedy;

  /**
   * Makes the failure of a file.
   *
   * @param expected what would have been right, behind "a picture"; may be empty
   * @param found what the file is
   * @param remedy what to do with it, a full sentence
   */
  BadPicture(String expected, String found, String remedy) {
    super("expected a picture" + expected + ", found " + found);
    this.expected = "a picture" + expected;
    this.remedy = remedy;
  }

  /** Returns what would have been right. */
  public String expected() {
    return expected;
  }

  /** Returns what to do with the file, a full sentence. */
  public String remedy() {
    return remedy;
  }
}
