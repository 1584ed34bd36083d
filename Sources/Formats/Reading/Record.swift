import Content

/// One value of a file, and where it begins.
package struct Record: Sendable, Hashable {
  /// The value; a row of a table is an object of texts.
  package var value: JSONValue
  /// The line, counted from 1.
  package var line: Int
  /// The column in characters, counted from 1.
  package var column = 1
  /// The lines where the elements of lists begin, by the key at the top of a YAML document that they stand under.
  package var elementLines: [String: [Int]] = [:]

  /// A value at a place.
  package init(_ value: JSONValue, line: Int, column: Int = 1) {
    self.value = value
    self.line = line
    self.column = column
  }
}

/// How a file holds its records.
package enum Container: Sendable, Hashable {
  /// A JSON value on each line.
  case lines
  /// JSON values one after another, or the elements of one array, over any number of lines.
  case values
  /// One JSON document.
  case document
  /// A table: a header, then a row for each record.
  case table(TableDialect)
  /// One YAML document.
  case yaml

  /// What people call it.
  package var name: String {
    switch self {
    case .lines: "JSON Lines"
    case .values: "JSON"
    case .document: "a JSON document"
    case .table(let dialect): dialect.name
    case .yaml: "YAML"
    }
  }
}

/// How much of a file is taken in.
package struct ReadLimits: Sendable, Hashable {
  /// The longest record, in bytes: a line, a row or an element.
  package var recordBytes = 16 << 20
  /// The longest document that is read whole, in bytes.
  package var documentBytes = 512 << 20
  /// The most columns of a table.
  package var columns = 2_000

  /// The usual limits.
  package init() {}
}

/// Turns bytes into records, in pieces of any size.
protocol RecordReading: Sendable {
  /// The columns of a table, once its header was read.
  var columns: [String]? { get }
  /// Takes in the next bytes.
  mutating func feed(_ bytes: ArraySlice<UInt8>, into items: inout [RecordReader.Item])
  /// Ends the file.
  mutating func finish(into items: inout [RecordReader.Item])
}

extension RecordReading {
  var columns: [String]? { nil }
}

/// Turns the bytes of a file, in pieces of any size, into records. What can't be read costs only itself.
package struct RecordReader: Sendable {
  /// What comes out, in file order.
  package enum Item: Sendable, Hashable {
    case record(Record)
    case failure(ImportFailure)
  }

  private var reader: any RecordReading
  /// The first bytes, until it is known whether they are a byte order mark; nil from then on.
  private var head: [UInt8]? = []

  /// A reader of a file that holds its records in some way.
  package init(_ container: Container, limits: ReadLimits = ReadLimits()) {
    reader =
      switch container {
      case .lines: LineRecords(limits: limits)
      case .values: ElementScanner(limits: limits)
      case .table(let dialect): TableReader(dialect, limits: limits)
      case .document: DocumentRecords(limits: limits)
      case .yaml: YAMLRecords()
      }
  }

  /// The columns of a table, once its header was read.
  package var columns: [String]? { reader.columns }

  /// Takes in the next bytes.
  package mutating func feed(_ bytes: ArraySlice<UInt8>) -> [Item] {
    var items: [Item] = []
    guard var head else {
      reader.feed(bytes, into: &items)
      return items
    }
    head += bytes.prefix(3)
    self.head = head
    guard head.count >= 3 else { return items }
    self.head = nil
    reader.feed(head[...].droppingMark, into: &items)
    reader.feed(bytes.dropFirst(3), into: &items)
    return items
  }

  /// Ends the file.
  package mutating func finish() -> [Item] {
    var items: [Item] = []
    if let head { reader.feed(head[...], into: &items) }
    head = nil
    reader.finish(into: &items)
    return items
  }
}

/// A file that is one JSON value.
struct DocumentRecords: RecordReading {
  private let limits: ReadLimits
  private var bytes: [UInt8] = []
  private var isTooLong = false

  init(limits: ReadLimits) { self.limits = limits }

  mutating func feed(_ more: ArraySlice<UInt8>, into items: inout [RecordReader.Item]) {
    if bytes.count + more.count > limits.documentBytes { isTooLong = true } else { bytes += more }
  }

  mutating func finish(into items: inout [RecordReader.Item]) {
    if isTooLong {
      let most = limits.documentBytes >> 20
      items.append(.failure(ImportFailure(line: 1, "The document has more than \(most) MiB, the most that is read.")))
    } else if let item = JSONRecord.item(bytes[...], line: 1, column: 1, limit: limits.documentBytes) {
      items.append(item)
    }
    bytes = []
  }
}

extension ArraySlice<UInt8> {
  /// The bytes without a UTF-8 byte order mark at their beginning.
  var droppingMark: ArraySlice<UInt8> { starts(with: [0xEF, 0xBB, 0xBF]) ? dropFirst(3) : self }
}

/// Reads one JSON value.
enum JSONRecord {
  /// The value in these bytes, or why there is none; nil for white space.
  static func item(_ bytes: ArraySlice<UInt8>, line: Int, column: Int, limit: Int) -> RecordReader.Item? {
    guard bytes.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }) else { return nil }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let place = bytes.firstNotUTF8
      let before = bytes[..<place]
      let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? before.startIndex
      let lines = before.count { $0 == 0x0A }
      let characters = before[start...].count { $0 & 0xC0 != 0x80 }
      return .failure(
        ImportFailure(
          line: line + lines, column: (lines == 0 ? column : 1) + characters,
          "There is a byte that isn't UTF-8; save the file as UTF-8."))
    }
    var limits = JSONValue.Limits(bytes: limit)
    // Logs are cut by their writers anywhere.
    limits.repairsSurrogates = true
    do throws(JSONError) {
      return .record(Record(try JSONValue(parsing: text, limits: limits, firstLine: line), line: line, column: column))
    } catch {
      let isFirst = error.line == line
      return .failure(
        ImportFailure(
          line: error.line, column: error.column + (isFirst ? column - 1 : 0),
          "Not JSON: expected \(error.expected), found \(error.found)."))
    }
  }
}

extension ArraySlice<UInt8> {
  /// The place of the first byte that is no part of valid UTF-8; the end where all is valid.
  var firstNotUTF8: Int {
    // Halves are valid or not; the first bad byte is found in a logarithmic number of them.
    var low = startIndex
    var place = startIndex
    let text = String(decoding: self, as: UTF8.self)
    for byte in text.utf8 {
      guard place < endIndex, self[place] == byte else { return Swift.max(low, startIndex) }
      if byte & 0xC0 != 0x80 { low = place }
      place += 1
    }
    return endIndex
  }
}
