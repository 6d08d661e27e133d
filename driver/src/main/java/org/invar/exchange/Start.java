package org.invar.exchange;

import java.util.List;
import org.apache.hadoop.fs.Path;
import org.invar.storage.SliceFile;

/**
 * The checkpoint that an exchange starts from.
 *
 * @param directory where its files are
 * @param step the steps taken
 * @param slices of parameters, moments and state
 * @param kept of the kept weights; empty where none are kept
 */
public record Start(Path directory, long step, List<SliceFile> slices, List<SliceFile> kept) {}
