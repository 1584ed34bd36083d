/// A prompt's name as `assay.yaml` gives it. Names are plain strings so that a command line, a key script and a file
/// can all spell them; numbered things that only the database names have types of their own.
public typealias PromptName = String

/// The number of a run in the workspace's database; counts up from 1.
public struct RunID: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The row number, at least 1.
  public let number: Int64
  /// Wraps a row number.
  public init(_ number: Int64) { self.number = number }
  /// The number as written on screens and command lines.
  public var description: String { String(number) }
  /// Older runs come first.
  public static func < (left: RunID, right: RunID) -> Bool { left.number < right.number }
}

/// The number of a training job; also the name of its folder under `.assay/jobs/`.
public struct JobID: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The row number, at least 1.
  public let number: Int64
  /// Wraps a row number.
  public init(_ number: Int64) { self.number = number }
  /// The number as written on screens and command lines.
  public var description: String { String(number) }
  /// Older jobs come first.
  public static func < (left: JobID, right: JobID) -> Bool { left.number < right.number }
}

/// A SHA-256 in lower-case hexadecimal that names content: two values with one hash are the same value.
public struct ContentHash: Hashable, Sendable, CustomStringConvertible {
  /// 64 hexadecimal digits.
  public let hex: String
  /// Wraps digits computed elsewhere.
  public init(hex: String) { self.hex = hex }
  /// The first eight digits, enough for a person to tell versions apart.
  public var short: String { String(hex.prefix(8)) }
  /// All digits.
  public var description: String { hex }
}
