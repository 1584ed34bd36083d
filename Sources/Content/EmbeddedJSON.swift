/// A JSON object or list in the middle of other text.
package struct EmbeddedJSON: Sendable, Hashable {
  /// The decoded value.
  package var value: JSONValue
  /// Where it stands, in UTF-8 bytes from the start of the text.
  package var range: Range<Int>

  /// Every complete object and list in a text from a position on, from left to right and without those inside others.
  ///
  /// A bracket that begins no JSON is passed over. A value that the end of the text cuts off, or that nests deeper than
  /// `JSONValue.Limits` allows, ends the search, since what stands inside it was not meant to stand alone. Takes time linear in the text, at most once for every level of
  /// nesting that `JSONValue.Limits` allows.
  /// - Returns: the values, and whether a limit ended the search.
  package static func all(in text: String) -> (values: [EmbeddedJSON], reachedLimit: Bool) {
    var text = text
    return text.withUTF8 { bytes in
      var found: [EmbeddedJSON] = []
      var position = 0
      while let open = bytes[position...].firstIndex(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[") }) {
        var parser = JSONParser(bytes: bytes, limits: .init(), position: open)
        do throws(JSONParser.Failure) {
          let value = try parser.value()
          found.append(EmbeddedJSON(value: value, range: open..<parser.position))
          position = parser.position
        } catch {
          if error.isLimit { return (found, true) }
          if error.offset >= bytes.count { break }
          position = open + 1
        }
      }
      return (found, false)
    }
  }
}
