/// As much of a text as is shown of it. What models answer may be of any length, and a key must be answered at once, so
/// that the beginning must do, with a sentence that says how much is missing.
package struct LongText: Sendable, Hashable {
  /// The most Unicode scalars that are shown: some hundred rows.
  package static let limit = 20_000

  /// The beginning of the text, or all of it.
  package let shown: String
  /// What is missing, in words; nil if nothing is.
  package let missing: String?

  /// Cuts a text that is too long.
  package init(_ text: String) {
    let size = text.utf8.count
    // A scalar takes a byte at least, so that short texts needn't be looked through.
    let beginning = size > Self.limit ? text.unicodeScalars.prefix(Self.limit) : text.unicodeScalars[...]
    guard beginning.endIndex < text.endIndex else {
      (shown, missing) = (text, nil)
      return
    }
    shown = String(beginning)
    missing =
      "… The rest is not shown: the text has \(Self.size(size)), this is the first \(Self.size(shown.utf8.count))."
  }

  private static func size(_ bytes: Int) -> String {
    bytes < 1_000_000
      ? "\((bytes + 500) / 1000) kB" : "\((bytes + 50_000) / 1_000_000).\((bytes + 50_000) / 100_000 % 10) MB"
  }
}
