import Content

/// A regular expression as a plain value, in the syntax of PCRE2 or, for JSON Schema, of ECMA-262.
///
/// Copies share one compiled form, and two patterns are equal when they are written alike and have the same options. In
/// PCRE2's syntax `^` stands for the start of the text and `$` for its end or the place before a final line feed, as in
/// Python's and PCRE's own search; `(?m)` makes them stand for the ends of lines, and `\z` is the very end.
package struct Pattern: Sendable, Hashable {
  /// How a pattern is read and compared.
  package struct Options: Sendable, Hashable {
    /// Whether upper and lower case are the same.
    package var ignoresCase: Bool
    /// Whether `\d`, `\w`, `\s` and `\b` go by Unicode's properties instead of ASCII.
    package var isUnicode: Bool
    /// Whether the syntax is ECMA-262's with the `u` flag rather than PCRE2's.
    package var isECMA: Bool

    /// Options that are all off unless given.
    package init(ignoresCase: Bool = false, isUnicode: Bool = false, isECMA: Bool = false) {
      self.ignoresCase = ignoresCase
      self.isUnicode = isUnicode
      self.isECMA = isECMA
    }
  }

  /// What a search ends with.
  package enum Outcome: Sendable, Hashable {
    /// The pattern occurs in the text.
    case found
    /// It occurs nowhere.
    case absent
    /// The search took too many steps to tell; a sentence without a full stop.
    case undecided(String)
  }

  /// The longest pattern, in UTF-8 bytes.
  package static let maximumLength = 20_000

  /// The pattern as it was written.
  package let text: String
  /// How it is read.
  package let options: Options
  let compiled: CompiledPattern

  /// Compiles a pattern.
  /// - Throws: ``PatternFlaw`` when it is no regular expression.
  package init(_ text: String, options: Options = Options()) throws(PatternFlaw) {
    guard text.utf8.count <= Self.maximumLength else {
      throw PatternFlaw(
        offset: Self.maximumLength, subject: "the part", problem: "is too much: \(Self.maximumLength) bytes are allowed"
      )
    }
    self.text = text
    self.options = options
    if options.isECMA {
      var translation = ECMAPattern(text)
      let translated = try translation.translated()
      do throws(PatternFlaw) {
        compiled = try CompiledPattern(translated, options: options)
      } catch {
        var flaw = error
        flaw.offset = translation.offset(of: error.offset)
        throw flaw
      }
    } else {
      compiled = try CompiledPattern(text, options: options)
    }
  }

  /// Whether a text is a regular expression of ECMA-262, even one that PCRE2 can't search with because of a lookbehind
  /// of varying length.
  static func isECMA(_ text: String) -> Bool {
    var translation = ECMAPattern(text, isStrict: true)
    guard text.utf8.count <= maximumLength, let translated = try? translation.translated() else { return false }
    do throws(PatternFlaw) {
      _ = try CompiledPattern(translated, options: Options(isECMA: true))
      return true
    } catch { return error.isLookbehindLength }
  }

  /// Looks for the pattern anywhere in a text. The time is bounded by ``SearchBudget``.
  package func search(_ subject: String) -> Outcome { compiled.search(subject) }

  /// Whether both are written alike and read alike.
  package static func == (left: Pattern, right: Pattern) -> Bool {
    ExactText.areSame(left.text, right.text) && left.options == right.options
  }

  /// Feeds text and options.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(ExactText(text))
    hasher.combine(options)
  }
}
