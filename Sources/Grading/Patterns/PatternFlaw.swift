/// Why a text is no regular expression, and where.
package struct PatternFlaw: Error, Sendable, Hashable, CustomStringConvertible {
  /// The place in the pattern, in Unicode scalars from 0.
  package var offset: Int
  /// The thing that is wrong there, such as `the "("`; nil when the problem says it all.
  package var subject: String?
  /// The flaw, without a full stop.
  package var problem: String
  /// Whether the pattern is only beyond PCRE2, which needs a fixed length for each alternative of a lookbehind.
  var isLookbehindLength = false

  /// One line: `the "(" at offset 0 is never closed: ")" is missing`.
  package var description: String {
    subject.map { "\($0) at offset \(offset) \(problem)" } ?? "\(problem) at offset \(offset)"
  }
}

extension PatternFlaw {
  init(_ problem: String, at offset: Int) { self.init(offset: offset, problem: problem) }

  /// The flaw of a bracket that nothing closes.
  init(unclosed bracket: String, _ closing: String, at offset: Int) {
    self.init(offset: offset, subject: "the \"\(bracket)\"", problem: "is never closed: \"\(closing)\" is missing")
  }

  /// The flaw of a pattern with a bracket that is never closed, if it has one.
  init?(unclosedIn pattern: String) {
    let scalars = Array(pattern.unicodeScalars)
    var open: [Int] = []
    var classStart: Int?
    var isEscaped = false
    for (offset, scalar) in scalars.enumerated() {
      if isEscaped {
        isEscaped = false
      } else if scalar == "\\" {
        isEscaped = true
      } else if let start = classStart {
        // A "]" right after "[" or "[^" is an ordinary character.
        let isFirst = offset == start + 1 || offset == start + 2 && scalars[start + 1] == "^"
        if scalar == "]", !isFirst { classStart = nil }
      } else {
        switch scalar {
        case "[": classStart = offset
        case "(": open.append(offset)
        case ")": _ = open.popLast()
        default: break
        }
      }
    }
    if let start = classStart {
      self.init(unclosed: "[", "]", at: start)
    } else if let start = open.last {
      self.init(unclosed: "(", ")", at: start)
    } else {
      return nil
    }
  }
}
