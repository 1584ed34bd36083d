/// A text that equals only texts with the same Unicode scalars; composed and decomposed "é" differ.
///
/// Swift's `String` compares by canonical equivalence, which RFC 8259 section 8.3 does not provide for.
package struct ExactText: Sendable, Hashable {
  /// The text itself.
  package let text: String

  /// The text as a key of dictionaries and sets.
  package init(_ text: String) { self.text = text }

  /// Whether both have the same UTF-8 bytes.
  package static func == (left: ExactText, right: ExactText) -> Bool { areSame(left.text, right.text) }

  /// Feeds the UTF-8 bytes.
  package func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }

  /// Whether two texts have the same UTF-8 bytes.
  package static func areSame(_ left: String, _ right: String) -> Bool {
    guard left.utf8.count == right.utf8.count else { return false }
    let result = left.utf8.withContiguousStorageIfAvailable { first in
      right.utf8.withContiguousStorageIfAvailable { second in
        for place in first.indices where first[place] != second[place] { return false }
        return true
      }
    }
    if case .some(.some(let isSame)) = result { return isSame }
    return left.utf8.elementsEqual(right.utf8)
  }
}
