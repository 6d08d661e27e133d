package org.invar.storage;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.invar.InvarException;
import org.jspecify.annotations.Nullable;

/**
 * What a file must be to be the one that was written.
 *
 * @param name its name inside its directory: letters, digits, dots, underscores and hyphens
 * @param length in bytes
 * @param sha256 of all its bytes, 64 lower-case hexadecimal digits
 */
public record StoredFile(String name, long length, String sha256) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  /** Refuses what is no name inside a directory, no length or no hash. */
  public StoredFile {
    if (!NAME.matcher(name).matches() || length < 0 || !SHA256.matcher(sha256).matches()) {
      throw new IllegalArgumentException(
          "the name \"%s\", length %d and hash \"%s\"".formatted(name, length, sha256));
    }
  }

  /** What is written to a file. */
  public interface Content {
    /** Writes all of it; the stream stays open. */
    void writeTo(OutputStream out) throws IOException;
  }

  /** Takes a value from a stream of {@code length} bytes; refuses wrong content. */
  public interface Reading<T> {
    /** Returns the value; the stream need not be read to its end. */
    T from(InputStream in, long length) throws IOException;
  }

  /**
   * Writes a file; one that could not be written to its end is deleted, as far as that is possible.
   *
   * @param overwrite whether one that exists is replaced; otherwise it is an error
   * @throws IOException naming the file
   */
  public static StoredFile write(
      FileSystem fileSystem, Path file, boolean overwrite, Content content) throws IOException {
    boolean created = false;
    try (FSDataOutputStream out = RunFiles.create(fileSystem, file, overwrite)) {
      created = true;
      return copy(file.getName(), out, content);
    } catch (IOException | FSError e) {
      throw unwritten(fileSystem, file, created, e);
    }
  }

  private static IOException unwritten(
      FileSystem fileSystem, Path file, boolean created, Throwable cause) {
    if (cause instanceof IOException e && RunFiles.interrupted(e)) {
      return e;
    }
    var failure = new IOException(file + ": could not be written: " + cause.getMessage(), cause);
    try {
      if (created) {
        fileSystem.delete(file, false);
      }
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }

  /** Returns what {@link #write} would, without a file. */
  public static StoredFile unwritten(String name, Content content) throws IOException {
    return copy(name, OutputStream.nullOutputStream(), content);
  }

  /** Returns the SHA-256 of some bytes as it stands in a {@link StoredFile}. */
  public static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(digest().digest(bytes));
  }

  /**
   * Reads the file and checks it, both in one pass.
   *
   * @throws DamagedFileException when it is missing, has another length or other bytes
   * @throws InvarException when its bytes are the ones written and {@code reading} refuses them
   */
  public <T> T read(FileSystem fileSystem, Path directory, Reading<T> reading) throws IOException {
    Path file = new Path(directory, name);
    MessageDigest digest = digest();
    try (var in = new DigestInputStream(open(fileSystem, directory), digest)) {
      @Nullable InvarException refusal = null;
      @Nullable T value = null;
      try {
        value = reading.from(in, length);
      } catch (InvarException e) {
        refusal = e;
      }
      in.transferTo(OutputStream.nullOutputStream());
      String hash = HexFormat.of().formatHex(digest.digest());
      if (!hash.equals(sha256)) {
        throw new DamagedFileException(file.toString(), "SHA-256 " + sha256, "SHA-256 " + hash);
      }
      if (refusal != null || value == null) {
        throw refusal != null ? refusal : new IllegalStateException(file + ": read as null");
      }
      return value;
    } catch (ChecksumException e) {
      throw new DamagedFileException(
          file.toString(), "SHA-256 " + sha256, "bytes that its file system rejects (" + e + ")");
    } catch (FSError e) {
      throw RunFiles.failure(file, "read", e);
    }
  }

  /**
   * Opens the file for reading; checks nothing but its length.
   *
   * @throws DamagedFileException when it is missing or has another length
   */
  FSDataInputStream open(FileSystem fileSystem, Path directory) throws IOException {
    requireLength(fileSystem, directory);
    return fileSystem.open(new Path(directory, name));
  }

  /**
   * Checks that a file of this name and length exists, without reading it.
   *
   * @throws DamagedFileException when none does
   */
  public void requireLength(FileSystem fileSystem, Path directory) throws IOException {
    Path file = new Path(directory, name);
    RunFiles.requireInside(fileSystem, file);
    long found;
    try {
      found = fileSystem.getFileStatus(file).getLen();
    } catch (FileNotFoundException e) {
      throw new DamagedFileException(file.toString(), "a file", "none of that name");
    }
    if (found != length) {
      throw new DamagedFileException(file.toString(), length + " bytes", found + " bytes");
    }
  }

  /** Returns the file's bytes; fails as {@link #read}. */
  public byte[] bytes(FileSystem fileSystem, Path directory) throws IOException {
    return read(fileSystem, directory, (in, bytes) -> in.readAllBytes());
  }

  /** Checks the file; fails as {@link #read}. */
  public void verify(FileSystem fileSystem, Path directory) throws IOException {
    read(fileSystem, directory, (in, bytes) -> in.transferTo(OutputStream.nullOutputStream()));
  }

  /** Returns the form of which {@link Json#bind} makes it again. */
  public ObjectNode toJson() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("name", name)
        .put("length", length)
        .put("sha256", sha256);
  }

  private static StoredFile copy(String name, OutputStream out, Content content)
      throws IOException {
    var hashing = new HashingStream(out);
    content.writeTo(hashing);
    hashing.flush();
    return new StoredFile(name, hashing.length, HexFormat.of().formatHex(hashing.digest.digest()));
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Counts and hashes what passes. */
  private static final class HashingStream extends FilterOutputStream {
    private final MessageDigest digest = digest();
    private long length;

    HashingStream(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int value) throws IOException {
      out.write(value);
      digest.update((byte) value);
      length++;
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
      out.write(bytes, offset, count);
      digest.update(bytes, offset, count);
      length += count;
    }
  }
}
