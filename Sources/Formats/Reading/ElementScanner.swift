/// Finds JSON values that follow one another, or the elements of one array, by their brackets and quotes, and reads each
/// by itself. A value that can't be read costs nothing else as long as its brackets and quotes are closed.
struct ElementScanner: RecordReading {
  private let limits: ReadLimits
  private var pending: [UInt8] = []
  private var line = 1
  private var column = 1
  /// Where the pending value began.
  private var start = (line: 1, column: 1)
  private var depth = 0
  private var isQuoted = false
  private var isEscaped = false
  private var isTooLong = false
  private var isInArray = false
  private var sawArray = false
  private var isAfterArray = false
  private var saidJunk = false

  init(limits: ReadLimits) { self.limits = limits }

  mutating func feed(_ bytes: ArraySlice<UInt8>, into items: inout [RecordReader.Item]) {
    for byte in bytes {
      take(byte, into: &items)
      if byte == 0x0A {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
  }

  private mutating func take(_ byte: UInt8, into items: inout [RecordReader.Item]) {
    if isQuoted {
      keep(byte)
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        isQuoted = false
      }
      return
    }
    let isSpace = byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    if depth == 0 {
      switch byte {
      case _ where isSpace:
        end(into: &items)
        return
      case UInt8(ascii: "[") where !sawArray && pending.isEmpty && !isInArray:
        sawArray = true
        isInArray = true
        return
      case UInt8(ascii: "]") where isInArray:
        end(into: &items)
        isInArray = false
        isAfterArray = true
        return
      case UInt8(ascii: ","):
        end(into: &items)
        return
      default: break
      }
      if isAfterArray {
        if !saidJunk {
          items.append(.failure(ImportFailure(line: line, column: column, "Something follows the end of the array.")))
        }
        saidJunk = true
        return
      }
      if pending.isEmpty { start = (line, column) }
      sawArray = true
    }
    keep(byte)
    switch byte {
    case UInt8(ascii: "\""): isQuoted = true
    case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
    case UInt8(ascii: "}"), UInt8(ascii: "]"):
      depth = max(0, depth - 1)
      if depth == 0 { end(into: &items) }
    default: break
    }
  }

  private mutating func keep(_ byte: UInt8) {
    if pending.count >= limits.recordBytes { isTooLong = true } else { pending.append(byte) }
  }

  private mutating func end(into items: inout [RecordReader.Item]) {
    guard !pending.isEmpty else { return }
    if isTooLong {
      let most = limits.recordBytes >> 20
      items.append(
        .failure(
          ImportFailure(
            line: start.line, column: start.column, "The value has more than \(most) MiB, the most that is read.")))
    } else if let item = JSONRecord.item(
      pending[...], line: start.line, column: start.column, limit: limits.recordBytes)
    {
      items.append(item)
    }
    pending.removeAll(keepingCapacity: true)
    isTooLong = false
  }

  mutating func finish(into items: inout [RecordReader.Item]) {
    let isCut = depth > 0 || isQuoted
    if isCut, !pending.isEmpty {
      items.append(
        .failure(
          ImportFailure(
            line: start.line, column: start.column,
            "The value that begins here is never closed; the file is cut off, or a bracket or quote is missing.")))
      pending = []
    } else {
      end(into: &items)
      if isInArray {
        items.append(
          .failure(ImportFailure(line: line, column: column, "The array is never closed; the file may be cut off.")))
      }
    }
    isInArray = false
  }
}
