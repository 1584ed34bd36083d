import Synchronization

/// A regular expression as a plain value, in the syntax of Swift's `Regex` (which reads nearly all of PCRE's).
///
/// `^` and `$` stand for the ends of the text; `(?m)` makes them stand for the ends of lines. Copies share one compiled
/// form, and two patterns are equal when they are written alike.
struct Pattern: Sendable, Hashable {
  let text: String
  let ignoresCase: Bool
  private let compiled: CompiledPattern

  /// Checks the syntax; nil when it is wrong.
  init?(_ text: String, ignoresCase: Bool = false) {
    guard let compiled = CompiledPattern(text, ignoresCase: ignoresCase) else { return nil }
    self.text = text
    self.ignoresCase = ignoresCase
    self.compiled = compiled
  }

  /// Whether it occurs anywhere in the text.
  func occurs(in subject: String) -> Bool { compiled.occurs(in: subject) }

  static func == (left: Pattern, right: Pattern) -> Bool {
    left.text == right.text && left.ignoresCase == right.ignoresCase
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(text)
    hasher.combine(ignoresCase)
  }
}

/// The compiled form, which takes a hundred times as long to make as to use. `Regex` can't be shared between threads,
/// so one thread at a time matches with it.
private final class CompiledPattern: Sendable {
  private let regex: Mutex<Regex<AnyRegexOutput>>

  init?(_ text: String, ignoresCase: Bool) {
    guard let regex = try? Regex(text).matchingSemantics(.unicodeScalar).ignoresCase(ignoresCase) else { return nil }
    self.regex = Mutex(regex)
  }

  func occurs(in subject: String) -> Bool {
    regex.withLock { (try? $0.firstMatch(in: subject)) != nil }
  }
}
