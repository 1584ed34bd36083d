/// Why a text is not JSON, and where.
package struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The line, counted from 1 (or from the first line that the caller named).
  package var line: Int
  /// The column in Unicode scalars, counted from 1.
  package var column: Int
  /// The position in UTF-8 bytes, counted from 0.
  package var offset: Int
  /// What would have been right there, for example `a comma or "}"`.
  package var expected: String
  /// What stands there instead, for example `"x"` or `the end of the text`.
  package var found: String
  /// Whether the text may be JSON, but asks for more than `JSONValue.Limits` allows.
  package var isLimit = false

  /// An error at a place in a text.
  package init(line: Int, column: Int, offset: Int, expected: String, found: String) {
    self.line = line
    self.column = column
    self.offset = offset
    self.expected = expected
    self.found = found
  }

  /// One line: place, what was expected, what was found.
  package var description: String { "line \(line), column \(column): expected \(expected), found \(found)" }
}
