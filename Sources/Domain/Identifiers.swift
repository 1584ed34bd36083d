/// A prompt's name as `assay.yaml` gives it. Names are plain strings so that a command line, a key script and a file
/// can all spell them; numbered things that only the database names have types of their own.
package typealias PromptName = String

/// The number of a run in the workspace's database; counts up from 1.
package struct RunID: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The row number, at least 1.
  package let number: Int64
  /// Wraps a row number.
  package init(_ number: Int64) { self.number = number }
  /// The number as written on screens and command lines.
  package var description: String { String(number) }
  /// Older runs come first.
  package static func < (left: RunID, right: RunID) -> Bool { left.number < right.number }
}

/// The number of a training job; also the name of its folder under `.assay/jobs/`.
package struct JobID: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The row number, at least 1.
  package let number: Int64
  /// Wraps a row number.
  package init(_ number: Int64) { self.number = number }
  /// The number as written on screens and command lines.
  package var description: String { String(number) }
  /// Older jobs come first.
  package static func < (left: JobID, right: JobID) -> Bool { left.number < right.number }
}

/// A SHA-256 in lower-case hexadecimal that names content: two values with one hash are the same value.
package struct ContentHash: Hashable, Sendable, CustomStringConvertible {
  /// 64 hexadecimal digits.
  package let hex: String
  /// Wraps digits computed elsewhere.
  package init(hex: String) { self.hex = hex }
  /// The first eight digits, enough for a person to tell versions apart.
  package var short: String { String(hex.prefix(8)) }
  /// All digits.
  package var description: String { hex }
}
