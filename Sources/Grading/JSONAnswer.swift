import Content

/// The JSON that a model put into its answer, and where it stood.
public struct JSONAnswer: Sendable, Hashable {
  /// Where in the answer the JSON was.
  public enum Place: Sendable, Hashable {
    /// The answer is JSON and nothing else; the only place that counts as the right format.
    case whole
    /// Between the lines of a Markdown fence.
    case fence
    /// An object in the middle of other text.
    case embedded
  }

  /// What was found.
  public var value: JSONValue
  /// Where it was found.
  public var place: Place

  /// Finds JSON in an answer: the whole answer, or else the first fenced block that is JSON, or else the first complete
  /// object in the text.
  ///
  /// Text up to `</think>` is not searched. An object that is cut off at the end of the answer is not JSON, and nothing
  /// inside it is taken instead. Takes linear time.
  public init?(in answer: String) {
    if let value = try? JSONValue(parsing: answer) {
      self.init(value: value, place: .whole)
      return
    }
    var rest = answer[...]
    if let end = rest.range(ofFirst: "</think>") { rest = rest[end.upperBound...] }
    if let value = Self.fenced(in: rest) {
      self.init(value: value, place: .fence)
    } else if let value = Self.embedded(in: rest) {
      self.init(value: value, place: .embedded)
    } else {
      return nil
    }
  }

  init(value: JSONValue, place: Place) {
    self.value = value
    self.place = place
  }

  private static func fenced(in text: Substring) -> JSONValue? {
    var block: [Substring]?
    for bytes in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      let line = Substring(bytes)
      let isFence = bytes.drop { $0 == UInt8(ascii: " ") }.starts(with: "```".utf8)
      if isFence, let lines = block {
        if let value = try? JSONValue(parsing: lines.joined(separator: "\n")) { return value }
        block = nil
      } else if isFence {
        block = []
      } else {
        block?.append(line)
      }
    }
    return nil
  }

  private static func embedded(in text: Substring) -> JSONValue? {
    var text = String(text)
    return text.withUTF8 { bytes in
      var start = 0
      while let brace = bytes[start...].firstIndex(of: UInt8(ascii: "{")) {
        var parser = JSONParser(bytes: bytes, limits: .init(), position: brace)
        do throws(JSONParser.Failure) {
          return try parser.value()
        } catch {
          if error.offset >= bytes.count { return nil }
          start = max(error.offset, brace + 1)
        }
      }
      return nil
    }
  }
}
