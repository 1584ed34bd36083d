import Foundation
import WorkbenchCore

/// What another trainer's log says, in our words.
enum LogItem: Sendable, Hashable {
  /// How many steps there will be.
  case steps(Int)
  /// Its loss may be no number.
  case train(Metric)
  /// A loss that may be no number.
  case validation(step: Int, loss: Double)
  /// What a trainer that speaks our own words says.
  case event(TrainingEvent)

  /// A training loss, which may be no number.
  static func loss(_ loss: Double, at step: Int, learningRate: Double? = nil, gradNorm: Double? = nil) -> LogItem {
    .train(Metric(step: step, loss: loss, learningRate: learningRate?.finite, gradNorm: gradNorm?.finite))
  }
}

extension Double {
  /// Itself, where it is a number.
  var finite: Double? { isFinite ? self : nil }
}

/// Steps that can be meant.
enum LogStep {
  static let most = 1 << 40
  /// The number as a step; nil for what can't be one.
  static func step(_ number: Double?) -> Int? {
    guard let number, number >= 0, number <= Double(most) else { return nil }
    return Int(number)
  }
}

/// JSON as Python writes it: with `NaN`, `Infinity` and `-Infinity`, which JSON doesn't have.
enum PythonJSON {
  /// The bytes with a text in place of each such number, so that any reader takes them.
  static func plain(_ bytes: Data) -> Data {
    var result = Data()
    result.reserveCapacity(bytes.count)
    var isText = false
    var isEscaped = false
    var index = bytes.startIndex
    let words = [Array("-Infinity".utf8), Array("Infinity".utf8), Array("NaN".utf8)]
    while index < bytes.endIndex {
      let byte = bytes[index]
      if !isText, byte == 0x4e || byte == 0x49 || byte == 0x2d,
        let word = words.first(where: { bytes[index...].starts(with: $0) })
      {
        result.append(contentsOf: [0x22] + word + [0x22])
        index += word.count
        continue
      }
      if isEscaped {
        isEscaped = false
      } else if isText, byte == 0x5c {
        isEscaped = true
      } else if byte == 0x22 {
        isText.toggle()
      }
      result.append(byte)
      index += 1
    }
    return result
  }
}

/// A number that may have been no number.
struct LooseNumber: Codable, Sendable, Hashable {
  var value: Double

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Double.self) {
      value = number
      return
    }
    switch try container.decode(String.self).lowercased() {
    case "infinity", "inf": value = .infinity
    case "-infinity", "-inf": value = -.infinity
    case "nan": value = .nan
    case let text:
      guard let number = Double(text) else {
        throw DecodingError.dataCorruptedError(in: container, debugDescription: "no number")
      }
      value = number
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(value)
  }
}
