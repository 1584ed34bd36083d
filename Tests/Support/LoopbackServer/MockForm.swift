/// A form with a file in it, as a mock received it.
struct MockForm {
  /// The plain fields.
  var fields: [String: String] = [:]
  /// What the file is called.
  var fileName = ""
  /// The file.
  var file: [UInt8] = []

  /// Reads a request's body; nil when it isn't such a form.
  init?(_ request: LoopbackRequest) {
    let type = request.headers["content-type"] ?? ""
    guard type.hasPrefix("multipart/form-data; boundary="), let mark = type.split(separator: "=").last else {
      return nil
    }
    var rest = request.body[...]
    let line = Array("--\(mark)".utf8)
    guard rest.starts(with: line) else { return nil }
    rest = rest.dropFirst(line.count)
    let end = Array("\r\n--\(mark)".utf8)
    while rest.starts(with: "\r\n".utf8) {
      rest = rest.dropFirst(2)
      guard let head = Self.place(of: Array("\r\n\r\n".utf8), in: rest),
        let tail = Self.place(of: end, in: rest[(head + 4)...])
      else { return nil }
      let header = String(decoding: rest[..<head], as: UTF8.self)
      let content = rest[(head + 4)..<tail]
      guard let name = Self.value("name", in: header) else { return nil }
      if let fileName = Self.value("filename", in: header) {
        self.fileName = fileName
        file = Array(content)
      } else {
        fields[name] = String(decoding: content, as: UTF8.self)
      }
      rest = rest[(tail + end.count)...]
    }
    guard rest.elementsEqual("--\r\n".utf8), !fileName.isEmpty else { return nil }
  }

  private static func value(_ name: String, in header: String) -> String? {
    guard let start = header.range(of: " \(name)=\"") else { return nil }
    return String(header[start.upperBound...].prefix { $0 != "\"" })
  }

  private static func place(of wanted: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
    guard let first = wanted.first else { return nil }
    var rest = bytes
    while let place = rest.firstIndex(of: first) {
      if rest[place...].starts(with: wanted) { return place }
      rest = rest[(place + 1)...]
    }
    return nil
  }
}

extension String {
  /// Where a text occurs first.
  fileprivate func range(of text: String) -> Range<String.Index>? {
    ranges(of: text).first
  }
}
