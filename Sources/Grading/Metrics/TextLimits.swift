/// How long texts may be that metrics of texts compare.
enum TextLimits {
  /// The longest text in UTF-8 bytes.
  static let mostBytes = 500_000

  /// Checks texts.
  /// - Throws: ``Unscorable`` when one is too long.
  static func check(_ texts: [String]) throws(Unscorable) {
    guard texts.allSatisfy({ $0.utf8.count <= mostBytes }) else {
      throw Unscorable("the answer or what is expected is too long to compare (\(mostBytes) bytes at most)")
    }
  }
}
