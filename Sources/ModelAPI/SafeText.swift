import Domain

/// Makes text from outside fit to stand in a sentence: one line, short, without control characters.
enum SafeText {
  /// The text on one line, at most `limit` scalars long. Controls, line breaks and characters that change the direction
  /// of writing become spaces, and runs of spaces become one.
  static func line(_ text: String, limit: Int = 300) -> String {
    var result = String.UnicodeScalarView()
    var count = 0
    var pendingSpace = false
    for scalar in text.unicodeScalars {
      if isUnsafe(scalar) || scalar.properties.isWhitespace {
        pendingSpace = count > 0
        continue
      }
      if count >= limit {
        result.append("…")
        break
      }
      if pendingSpace {
        result.append(" ")
        count += 1
        pendingSpace = false
      }
      result.append(scalar)
      count += 1
    }
    return String(result)
  }

  private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate: true
    default: false
    }
  }
}

extension ModelFailure {
  /// The same failure with the text changed.
  func map(_ change: (String) -> String) -> ModelFailure {
    switch self {
    case .busy(let text, let retryAfter): .busy(change(text), retryAfter: retryAfter)
    case .exhausted(let text, let reset, let isCertain):
      .exhausted(change(text), resetAfter: reset, isCertain: isCertain)
    case .unavailable(let text): .unavailable(change(text))
    case .rejected(let text): .rejected(change(text))
    case .filtered(let text): .filtered(change(text))
    case .malformed(let text): .malformed(change(text))
    }
  }
}
