import Foundation

/// Cuts an appended file of TensorFlow's record format into its records: a length of 8 bytes and its checksum, the
/// record and its checksum, all little-endian (source: TensorFlow `core/lib/io/record_writer.h`).
package struct RecordFile: Sendable {
  /// Longer records are passed over: scalars take some hundred bytes.
  static let longestRecord = 1 << 20

  private var pending = Data()
  /// Bytes of a long record, with its checksum, that are still to come.
  private var passing: UInt64 = 0
  /// Whether a length was broken, so that the next record can't be found.
  package private(set) var isBroken = false
  /// Records that were passed over because their checksum was wrong.
  private(set) var damaged = 0

  package init() {}

  /// Takes in what was appended, and gives the records that are whole now.
  package mutating func add(_ bytes: Data) -> [Data] {
    guard !isBroken else { return [] }
    var bytes = bytes
    if passing > 0 {
      let count = Int(min(passing, UInt64(bytes.count)))
      bytes = bytes.dropFirst(count)
      passing -= UInt64(count)
    }
    pending.append(bytes)
    var records: [Data] = []
    var start = pending.startIndex
    while pending.endIndex - start >= 12 {
      let header = pending[start..<start + 8]
      guard Self.number32(pending[(start + 8)..<(start + 12)]) == Checksum.masked(header) else {
        isBroken = true
        pending = Data()
        return records
      }
      let length = Self.number64(header)
      if length > UInt64(Self.longestRecord) {
        let there = UInt64(pending.endIndex - start - 12)
        let (whole, isTooLong) = length.addingReportingOverflow(4)
        guard !isTooLong else {
          isBroken = true
          pending = Data()
          return records
        }
        if there < whole {
          passing = whole - there
          start = pending.endIndex
          break
        }
        start += 12 + Int(whole)
        continue
      }
      let end = start + 12 + Int(length)
      guard pending.endIndex >= end + 4 else { break }
      let record = pending[(start + 12)..<end]
      if Self.number32(pending[end..<end + 4]) == Checksum.masked(record) {
        records.append(Data(record))
      } else {
        damaged += 1
      }
      start = end + 4
    }
    pending = Data(pending[start...])
    return records
  }

  private static func number32(_ bytes: Data) -> UInt32 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  private static func number64(_ bytes: Data) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}

/// CRC-32C (Castagnoli 1993), with the mask that record files put over it.
enum Checksum {
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0x82f6_3b78 : value >> 1 }
  }

  /// The plain checksum.
  static func crc32c(_ bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(~0) { value, byte in value >> 8 ^ table[Int((value ^ UInt32(byte)) & 0xff)] }
  }

  /// As it stands in a record file.
  static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
    let value = crc32c(bytes)
    return (value >> 15 | value << 17) &+ 0xa282_ead8
  }
}
