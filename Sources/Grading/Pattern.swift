/// A regular expression as a plain value, in the syntax of Swift's `Regex` (which reads nearly all of PCRE's).
///
/// `^` and `$` stand for the ends of the text; `(?m)` makes them stand for the ends of lines.
struct Pattern: Sendable, Hashable {
  let text: String
  let ignoresCase: Bool

  /// Checks the syntax; nil when it is wrong.
  init?(_ text: String, ignoresCase: Bool = false) {
    self.text = text
    self.ignoresCase = ignoresCase
    guard (try? Regex(text)) != nil else { return nil }
  }

  /// Whether it occurs anywhere in the text.
  ///
  /// The expression is compiled for each call, because `Regex` can't be shared between threads.
  func occurs(in subject: String) -> Bool {
    guard var regex = try? Regex(text).matchingSemantics(.unicodeScalar) else { return false }
    if ignoresCase { regex = regex.ignoresCase() }
    return (try? regex.firstMatch(in: subject)) != nil
  }
}
