/// A JSON value on each line.
struct LineRecords: RecordReading {
  private let limits: ReadLimits
  private var pending: [UInt8] = []
  private var line = 1
  /// Whether the rest of the line is passed over.
  private var isTooLong = false

  init(limits: ReadLimits) { self.limits = limits }

  mutating func feed(_ bytes: ArraySlice<UInt8>, into items: inout [RecordReader.Item]) {
    var start = bytes.startIndex
    while let feed = bytes[start...].firstIndex(of: 0x0A) {
      take(bytes[start..<feed])
      end(into: &items)
      line += 1
      start = feed + 1
    }
    take(bytes[start...])
  }

  private mutating func take(_ bytes: ArraySlice<UInt8>) {
    guard !isTooLong else { return }
    if pending.count + bytes.count > limits.recordBytes {
      isTooLong = true
      pending = []
    } else {
      pending += bytes
    }
  }

  private mutating func end(into items: inout [RecordReader.Item]) {
    defer {
      pending.removeAll(keepingCapacity: true)
      isTooLong = false
    }
    if isTooLong {
      items.append(
        .failure(
          ImportFailure(line: line, "The line has more than \(limits.recordBytes >> 20) MiB, the most that is read.")))
      return
    }
    if let item = JSONRecord.item(pending[...], line: line, column: 1, limit: limits.recordBytes) { items.append(item) }
  }

  mutating func finish(into items: inout [RecordReader.Item]) { end(into: &items) }
}
