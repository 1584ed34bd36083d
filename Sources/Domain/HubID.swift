/// A model of the Hugging Face hub, as assay.yaml writes it: `hub:org/name`, or `hub:org/name@revision`.
package struct HubID: Sendable, Hashable {
  /// What tells it from a folder.
  package static let prefix = "hub:"

  /// `org/name`.
  package var name: String
  /// A branch, a tag or a commit; the hub's default where nil.
  package var revision: String?

  /// Reads one; nil where the text is none.
  package init?(_ text: String) {
    guard text.hasPrefix(Self.prefix) else { return nil }
    let parts = text.dropFirst(Self.prefix.count).split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    let words = parts[0].split(separator: "/", omittingEmptySubsequences: false)
    guard words.count == 2, words.allSatisfy(Self.isWord) else { return nil }
    if parts.count == 2 {
      guard parts[1].split(separator: "/", omittingEmptySubsequences: false).allSatisfy(Self.isWord) else { return nil }
      revision = String(parts[1])
    }
    name = String(parts[0])
  }

  private static func isWord(_ word: Substring) -> Bool {
    (1...128).contains(word.utf8.count) && !word.hasPrefix(".") && !word.hasPrefix("-")
      && word.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }
}
