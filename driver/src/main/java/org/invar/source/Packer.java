package org.invar.source;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongToIntFunction;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.StorageLevel;
import org.invar.InvarException;
import org.invar.tensor.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Reads a job's sources once, checks every row, and packs the splits into shards.
 *
 * <p>All sources are checked before anything is packed. Used by one thread.
 */
public final class Packer {
  private final long seed;
  private final int partitions;
  private final BadRows badRows;
  private final String remedy; // What messages about bad rows end with.
  private final List<JavaRDD<Encoded>> persisted = new ArrayList<>();
  private final List<PackedDataset> packed = new ArrayList<>();

  /** A source whose rows are encoded and checked. */
  private record Checked(
      Input input, JavaRDD<Encoded> rows, Splits splits, Preprocessing preprocessing, Tally tally) {
    long count(Split split) {
      long count = tally.rows(split);
      if (count == 0) {
        long bad = skipped().rows();
        if (bad == 0) {
          throw SplitSizes.none(input.name(), split, tally, rows);
        }
        throw InvarException.of(
            input.name(),
            "rows for the " + split.label() + " split",
            "none among " + tally.rows() + ", beside " + bad + " bad rows that were skipped",
            "Correct the bad rows: " + skipped().first().get(0).message());
      }
      return count;
    }

    SkippedRows skipped() {
      return tally.skipped(input.name());
    }

    /** The encoded rows of some splits. */
    JavaRDD<byte[]> of(Chosen chosen) {
      Splits all = splits;
      return rows.filter(row -> row.problem() == null && chosen.test(all.of(row.identity())))
          .map(Encoded::bytes);
    }
  }

  /** Chooses splits; Spark can ship it. */
  private interface Chosen extends Predicate<Split>, Serializable {}

  private Packer(long seed, int partitions, BadRows badRows, String remedy) {
    this.seed = seed;
    this.partitions = partitions;
    this.badRows = badRows;
    this.remedy = remedy;
  }

  /**
   * Returns what decides types, categories and classes, for which the rows of the training source
   * are gone through where their columns' types alone do not say it.
   *
   * @throws InvarException when a column is missing or of a type that cannot be used
   */
  public static Profile profile(Input train, Packing packing) {
    return SchemaReader.profile(train, packing);
  }

  /**
   * Returns the shape of the training source's features, for which the rows need not be gone
   * through unless there are columns of categories.
   *
   * @param found the profile where there are such columns, else any
   * @throws InvarException when a column is missing or of a type that cannot be used
   */
  public static Shape shape(Input train, Packing packing, Profile found) {
    return SchemaReader.shape(train, packing, found);
  }

  /**
   * Returns what the columns of the training source are, not yet fitted.
   *
   * @param found the source's profile
   * @throws InvarException when a column holds what it should not
   */
  public static Preprocessing schema(Input train, Packing packing, Profile found) {
    return SchemaReader.read(train, packing, found);
  }

  /**
   * Reads and packs.
   *
   * @param packing what the job says about its data
   * @param schema what the training source's columns are
   * @param train the training source
   * @param dev a dev source of its own, or null; then {@code packing.devFraction()} must be 0
   * @param test a test source of its own, or null; then {@code packing.testFraction()} must be 0
   * @param shards gives V for the training split; all splits have as many
   * @param partitions the most partitions that shards are spread over, at least 1
   * @throws InvarException when a source or one of its rows cannot be used
   */
  public static PackedSplits pack(
      Packing packing,
      Preprocessing schema,
      Input train,
      @Nullable Input dev,
      @Nullable Input test,
      ShardCount shards,
      int partitions) {
    if ((dev != null && packing.devFraction() > 0)
        || (test != null && packing.testFraction() > 0)) {
      throw InvarException.of(
          train.name(),
          "a split by fraction or a source of its own",
          "both",
          "Leave one of the two out.");
    }
    var packer = new Packer(packing.seed(), partitions, packing.badRows(), BadRows.REMEDY);
    try {
      return packer.pack(packing, schema, train, dev, test, shards);
    } catch (RuntimeException | Error e) {
      // Nobody gets the splits that were packed before the one that failed.
      packer.packed.forEach(PackedDataset::unpersist);
      throw e;
    } finally {
      packer.forget();
    }
  }

  /**
   * Packs one split of a training source as {@link #pack} did when {@code fitted} came about.
   *
   * @param packing what the job says about its data
   * @param fitted what the model was trained with
   * @param train the training source
   * @param split which of its parts
   * @param shards V
   * @param partitions the most partitions that shards are spread over, at least 1
   * @throws InvarException when a row of the source cannot be used, or the split has none
   */
  public static PackedDataset packSplit(
      Packing packing, Preprocessing fitted, Input train, Split split, int shards, int partitions) {
    var packer = new Packer(packing.seed(), partitions, packing.badRows(), BadRows.REMEDY);
    try {
      Checked source = packer.check(train, fitted, true, splits(packing));
      source.count(split);
      return packer.packed(source, fitted, split, shards);
    } finally {
      packer.forget();
    }
  }

  /**
   * Packs all rows of a source with a preprocessing that was fitted before; classes have no
   * factors.
   *
   * @param fitted what the model was trained with
   * @param input the source, with labels
   * @param badRows what becomes of rows that cannot be used
   * @param seed decides shards
   * @param shards gives V for the number of rows
   * @param partitions the most partitions that shards are spread over, at least 1
   * @throws InvarException when a row of the source cannot be used, or it has none
   */
  public static PackedDataset packAll(
      Preprocessing fitted,
      Input input,
      BadRows badRows,
      long seed,
      LongToIntFunction shards,
      int partitions) {
    var packer = new Packer(seed, partitions, badRows, "");
    try {
      Checked source = packer.check(input, fitted, true, new Splits(0, 0, seed));
      long rows = source.tally().rows(Split.TRAIN);
      if (rows == 0) {
        throw InvarException.of(input.name(), "rows", "none", "Name a source that has some.");
      }
      return packer.packed(source, fitted, Split.TRAIN, shards.applyAsInt(rows));
    } finally {
      packer.forget();
    }
  }

  private PackedSplits pack(
      Packing packing,
      Preprocessing schema,
      Input train,
      @Nullable Input dev,
      @Nullable Input test,
      ShardCount shards) {
    Splits splits = splits(packing);
    Checked read = check(train, schema, !packing.standardize(), splits);
    long trainRows = read.count(Split.TRAIN);
    Preprocessing known = fitted(packing, read);
    // Rows beside the training ones that do not fit are bad, and are known by a second reading.
    boolean fit = !packing.standardize() || othersFit(packing, read, known);
    Checked trained = fit ? read : check(train, known, true, splits);

    Checked devRows = packing.devFraction() > 0 ? trained : checkOwn(dev, known);
    Split devSplit = dev == null ? Split.DEV : Split.TRAIN;
    Checked testRows = packing.testFraction() > 0 ? trained : checkOwn(test, known);
    Split testSplit = test == null ? Split.TEST : Split.TRAIN;
    requireRows(devRows, devSplit);
    requireRows(testRows, testSplit);
    List<String> notes = new ArrayList<>();
    ClassLabels.alike("Classes", schema.classes()).ifPresent(notes::add);
    for (Feature feature : schema.features()) {
      String what = "Categories of column " + Names.shown(feature.column());
      ClassLabels.alike(what, feature.categories()).ifPresent(notes::add);
    }
    notes.addAll(SplitSizes.notes(train.name(), trained.tally(), trained.rows(), splits));
    noteAbsent(notes, "train", trained, Split.TRAIN);
    noteAbsent(notes, "dev", devRows, devSplit);
    noteAbsent(notes, "test", testRows, testSplit);
    List<SkippedRows> skipped = skipped(trained, devRows, testRows);
    skipped.forEach(rows -> notes.add(rows.sentence()));

    int v = shards.of(trainRows);
    PackedDataset data = packed(trained, known, Split.TRAIN, v);
    while (v > 1 && !shards.fits(data.shardRows())) {
      data.unpersist();
      v /= 2;
      data = packed(trained, known, Split.TRAIN, v);
    }
    return new PackedSplits(
        known,
        factors(packing, trained, known.classes()),
        tallies(trained, devRows, devSplit, testRows, testSplit),
        data,
        devRows == null ? null : packed(devRows, known, devSplit, v),
        testRows == null ? null : packed(testRows, known, testSplit, v),
        skipped,
        notes);
  }

  private static List<SkippedRows> skipped(@Nullable Checked... sources) {
    return Stream.of(sources)
        .filter(source -> source != null)
        .distinct()
        .map(Checked::skipped)
        .filter(skipped -> skipped.rows() > 0)
        .toList();
  }

  private static Map<Split, SplitTally> tallies(
      Checked trained,
      @Nullable Checked devRows,
      Split devSplit,
      @Nullable Checked testRows,
      Split testSplit) {
    Map<Split, SplitTally> tallies = new EnumMap<>(Split.class);
    tallies.put(Split.TRAIN, trained.tally().of(Split.TRAIN));
    if (devRows != null) {
      tallies.put(Split.DEV, devRows.tally().of(devSplit));
    }
    if (testRows != null) {
      tallies.put(Split.TEST, testRows.tally().of(testSplit));
    }
    return tallies;
  }

  /**
   * Reads and checks all sources as {@link #pack} does, and packs nothing.
   *
   * @param fitted what a model was trained with
   * @return what is counted of each split
   * @throws InvarException when a source or one of its rows cannot be used
   */
  public static Map<Split, SplitTally> count(
      Packing packing,
      Preprocessing fitted,
      Input train,
      @Nullable Input dev,
      @Nullable Input test) {
    var reader = new Packer(packing.seed(), 1, packing.badRows(), BadRows.REMEDY);
    Splits whole = new Splits(0, 0, packing.seed());
    Tally trained = reader.count(train, fitted, splits(packing));
    Map<Split, SplitTally> tallies = new EnumMap<>(Split.class);
    tallies.put(Split.TRAIN, trained.of(Split.TRAIN));
    if (packing.devFraction() > 0 || dev != null) {
      tallies.put(
          Split.DEV,
          dev == null ? trained.of(Split.DEV) : reader.count(dev, fitted, whole).of(Split.TRAIN));
    }
    if (packing.testFraction() > 0 || test != null) {
      tallies.put(
          Split.TEST,
          test == null
              ? trained.of(Split.TEST)
              : reader.count(test, fitted, whole).of(Split.TRAIN));
    }
    return tallies;
  }

  private Tally count(Input input, Preprocessing fitted, Splits splits) {
    return count(input, encoded(input, fitted, true), splits, fitted);
  }

  private Tally count(
      Input input, JavaRDD<Encoded> rows, Splits splits, Preprocessing preprocessing) {
    Tally tally = Tally.of(input.name(), rows, splits, preprocessing);
    if (badRows == BadRows.ERROR) {
      tally
          .bad()
          .ifPresent(
              first -> {
                throw new InvarException(Holes.all(first + remedy, input, preprocessing));
              });
    }
    return tally;
  }

  private static void noteAbsent(
      List<String> notes, String name, @Nullable Checked source, Split split) {
    if (source != null) {
      source
          .tally()
          .absent(split, source.preprocessing().classes())
          .ifPresent(
              classes ->
                  notes.add(
                      "No row of the %s split is of %s: scores of it are n/a there."
                          .formatted(name, classes)));
    }
  }

  /** What is known of the data once the training rows were seen. */
  private static Preprocessing fitted(Packing packing, Checked trained) {
    Preprocessing known = trained.preprocessing();
    if (!packing.standardize()) {
      return known;
    }
    String place = trained.input().name();
    return SparkFailures.explained(
        place,
        () -> {
          Moments moments = Moments.of(place, known, trained.of(split -> split == Split.TRAIN));
          return known.standardizing(moments.means(), moments.variances());
        });
  }

  /** Whether the rows that the moments were not fitted on have numbers that fit beside them. */
  private static boolean othersFit(Packing packing, Checked read, Preprocessing fitted) {
    return packing.devFraction() + packing.testFraction() == 0
        || SparkFailures.explained(
            read.input().name(),
            () -> Moments.hold(fitted, read.of(split -> split != Split.TRAIN)));
  }

  private static Splits splits(Packing packing) {
    return new Splits(packing.devFraction(), packing.testFraction(), packing.seed());
  }

  /** The factor of each class's training rows, by id; empty where all are 1. */
  private static List<Float> factors(Packing packing, Checked train, List<String> classes) {
    ClassFactors wanted = packing.classFactors();
    wanted.check(train.input().name(), classes);
    if (wanted instanceof ClassFactors.Given given) {
      return classes.stream()
          .map(name -> given.factors().getOrDefault(name, 1.0).floatValue())
          .toList();
    }
    return wanted instanceof ClassFactors.Balanced
        ? train.tally().balancedWeights(classes.size())
        : List.of();
  }

  private void forget() {
    persisted.forEach(rows -> rows.unpersist(false));
  }

  private static void requireRows(@Nullable Checked rows, Split split) {
    if (rows != null) {
      rows.count(split);
    }
  }

  /** Checks a source that is one split as a whole. */
  private @Nullable Checked checkOwn(@Nullable Input input, Preprocessing preprocessing) {
    return input == null ? null : check(input, preprocessing, true, new Splits(0, 0, seed));
  }

  private Checked check(Input input, Preprocessing preprocessing, boolean fitted, Splits splits) {
    // On disk, where the shuffle puts the same bytes: in memory it would be a second copy.
    JavaRDD<Encoded> rows = encoded(input, preprocessing, fitted).persist(StorageLevel.DISK_ONLY());
    persisted.add(rows);
    return new Checked(
        input, rows, splits, preprocessing, count(input, rows, splits, preprocessing));
  }

  private JavaRDD<Encoded> encoded(Input input, Preprocessing preprocessing, boolean fitted) {
    List<String> wanted = new ArrayList<>();
    preprocessing.features().forEach(feature -> wanted.add(feature.column()));
    preprocessing.labels().forEach(label -> wanted.add(label.column()));
    Stream.of(preprocessing.weight(), preprocessing.id())
        .filter(column -> column != null)
        .forEach(wanted::add);
    if (input.pixels() != null) {
      wanted.addAll(input.kept());
    }
    Located rows = Located.of(input, wanted);
    RowEncoder encoder = RowEncoder.labeled(preprocessing, fitted, input, rows.schema());
    BadRows policy = badRows;
    return rows.rows().mapPartitions(part -> encoder.encodeAll(part, policy));
  }

  private PackedDataset packed(Checked source, Preprocessing fitted, Split split, int v) {
    Splits splits = source.splits();
    JavaRDD<Encoded> rows =
        source.rows().filter(row -> row.problem() == null && splits.of(row.identity()) == split);
    PackedDataset data =
        SparkFailures.explained(
            source.input().name(),
            () ->
                PackedDataset.pack(
                    rows,
                    fitted.layout(),
                    fitted.normalization(),
                    seed,
                    v,
                    Math.min(partitions, v)));
    packed.add(data);
    return data;
  }
}
