import Foundation

/// The scalars of one record of a TensorBoard file (source: TensorFlow `event.proto`, `summary.proto`, `tensor.proto`).
package struct ScalarEvent: Sendable, Hashable {
  /// When, in seconds since 1970.
  package var time: Double
  /// The step.
  package var step: Int
  /// Names with their values, in order.
  package var values: [Value]

  /// One of them.
  package struct Value: Sendable, Hashable {
    package var name: String
    package var number: Double
  }

  /// More values than that in one record are left out.
  package static let mostValues = 1_000
  /// Longer names are cut.
  static let longestName = 200

  /// Nil for a record that can't be read. One that holds something else has no values.
  package init?(_ record: Data) {
    time = 0
    step = 0
    values = []
    var fields = ProtoFields(record)
    while let field = fields.next() {
      switch (field.number, field.value) {
      case (1, .fixed64(let bits)): time = Double(bitPattern: bits).finite ?? 0
      case (2, .varint(let number)): step = LogStep.step(Double(Int64(bitPattern: number))) ?? 0
      case (5, .bytes(let summary)): guard add(summary) else { return nil }
      default: break
      }
    }
    if fields.isBroken { return nil }
  }

  private mutating func add(_ summary: Data) -> Bool {
    var fields = ProtoFields(summary)
    while let field = fields.next() {
      guard field.number == 1, case .bytes(let bytes) = field.value, values.count < Self.mostValues else { continue }
      guard let value = Self.value(bytes) else { return false }
      if let number = value.number { values.append(Value(name: value.name, number: number)) }
    }
    return !fields.isBroken
  }

  private static func value(_ bytes: Data) -> (name: String, number: Double?)? {
    var fields = ProtoFields(bytes)
    var name = ""
    var number: Double?
    while let field = fields.next() {
      switch (field.number, field.value) {
      case (1, .bytes(let text)): name = LogText.clean(String(decoding: text.prefix(longestName), as: UTF8.self))
      case (2, .fixed32(let bits)): number = Double(Float(bitPattern: bits))
      case (8, .bytes(let tensor)): number = number ?? Self.scalar(tensor)
      default: break
      }
    }
    return fields.isBroken ? nil : (name, number)
  }

  /// The number of a tensor that holds just one.
  private static func scalar(_ bytes: Data) -> Double? {
    var fields = ProtoFields(bytes)
    var type: UInt64 = 0
    var content: Data?
    var numbers: [Double] = []
    while let field = fields.next(), numbers.count < 2 {
      switch (field.number, field.value) {
      case (1, .varint(let word)): type = word
      case (2, .bytes(let shape)): guard isScalar(shape) else { return nil }
      case (4, .bytes(let bytes)): content = bytes.isEmpty ? nil : bytes
      case (5, .fixed32(let bits)): numbers.append(Double(Float(bitPattern: bits)))
      case (6, .fixed64(let bits)): numbers.append(Double(bitPattern: bits))
      case (5, .bytes(let packed)): if packed.count == 4 { numbers.append(Double(Float(bitPattern: bits32(packed)))) }
      case (6, .bytes(let packed)): if packed.count == 8 { numbers.append(Double(bitPattern: bits64(packed))) }
      case (7, .varint(let number)), (10, .varint(let number)): numbers.append(Double(Int64(bitPattern: number)))
      case (7, .bytes(let packed)), (10, .bytes(let packed)):
        var varints = ProtoFields(packed)
        if let number = varints.varint(), varints.isAtEnd { numbers.append(Double(Int64(bitPattern: number))) }
      default: break
      }
    }
    guard !fields.isBroken else { return nil }
    if numbers.count == 1 { return numbers[0] }
    guard numbers.isEmpty, let content else { return nil }
    // Float, double, 32 and 64 bits of a whole number.
    switch (type, content.count) {
    case (1, 4): return Double(Float(bitPattern: bits32(content)))
    case (2, 8): return Double(bitPattern: bits64(content))
    case (3, 4): return Double(Int32(bitPattern: bits32(content)))
    case (9, 8): return Double(Int64(bitPattern: bits64(content)))
    default: return nil
    }
  }

  /// Whether each dimension's size is 1.
  private static func isScalar(_ shape: Data) -> Bool {
    var dimensions = ProtoFields(shape)
    while let dimension = dimensions.next() {
      guard dimension.number == 2, case .bytes(let bytes) = dimension.value else { continue }
      var fields = ProtoFields(bytes)
      while let field = fields.next() {
        if field.number == 1, case .varint(let size) = field.value, size != 1 { return false }
      }
    }
    return true
  }

  private static func bits32(_ bytes: Data) -> UInt32 { bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) } }
  private static func bits64(_ bytes: Data) -> UInt64 { bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) } }
}

/// Reads the fields of a protocol buffer's message one after the other; never beyond its end.
struct ProtoFields {
  enum Value {
    case varint(UInt64)
    case fixed64(UInt64)
    case fixed32(UInt32)
    case bytes(Data)
  }

  private var rest: Data
  /// Whether something stood there that is no field.
  private(set) var isBroken = false
  var isAtEnd: Bool { rest.isEmpty }

  init(_ bytes: Data) { rest = bytes }

  /// The next field; nil at the end, and from a broken field on.
  mutating func next() -> (number: Int, value: Value)? {
    guard !rest.isEmpty, !isBroken else { return nil }
    guard let key = varint(), let number = Int(exactly: key >> 3), number > 0 else { return broken() }
    switch key & 7 {
    case 0: return varint().map { (number, .varint($0)) } ?? broken()
    case 1: return take(8).map { (number, .fixed64($0.reversed().reduce(0) { $0 << 8 | UInt64($1) })) } ?? broken()
    case 5: return take(4).map { (number, .fixed32($0.reversed().reduce(0) { $0 << 8 | UInt32($1) })) } ?? broken()
    case 2:
      guard let length = varint(), length <= UInt64(rest.count), let bytes = take(Int(length)) else { return broken() }
      return (number, .bytes(bytes))
    // Groups are of an older time.
    default: return broken()
    }
  }

  /// The next number of up to ten bytes.
  mutating func varint() -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 70, by: 7) {
      guard let byte = rest.popFirst() else { return nil }
      value |= UInt64(byte & 0x7f) << UInt64(shift)
      if byte < 0x80 { return value }
    }
    return nil
  }

  private mutating func take(_ count: Int) -> Data? {
    guard rest.count >= count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  private mutating func broken() -> (number: Int, value: Value)? {
    isBroken = true
    return nil
  }
}
