import Foundation

/// What a line or a record of a trainer's log says.
package enum LogItem: Sendable, Hashable {
  /// How many steps there will be.
  case steps(Int)
  /// Numbers of training at a step.
  case train(Metric)
  /// A validation loss, which may be no number.
  case validation(step: Int, loss: Double)

  /// A training loss, which may be no number.
  static func loss(_ loss: Double, at step: Int, learningRate: Double? = nil, gradNorm: Double? = nil) -> LogItem {
    .train(Metric(step: step, loss: loss, learningRate: learningRate?.finite, gradNorm: gradNorm?.finite))
  }
}

/// Numbers that a trainer reports at a step.
package struct Metric: Sendable, Hashable {
  /// Optimiser steps done.
  package var step: Int
  /// Mean loss over the rows since the last report; not a number, or infinite, once a job has diverged.
  package var loss: Double
  /// The learning rate at this step.
  package var learningRate: Double?
  /// Length of the gradient at this step; it may be not a number, too.
  package var gradNorm: Double?
  /// Tokens per second since the last report.
  package var tokensPerSecond: Double?
  /// Optimiser steps per second since the last report.
  package var stepsPerSecond: Double?
  /// Tokens learnt from since the start.
  package var trainedTokens: Int?
  /// Most memory in use so far, in gigabytes.
  package var peakMemory: Double?

  package init(
    step: Int, loss: Double, learningRate: Double? = nil, gradNorm: Double? = nil, tokensPerSecond: Double? = nil,
    stepsPerSecond: Double? = nil, trainedTokens: Int? = nil, peakMemory: Double? = nil
  ) {
    self.step = step
    self.loss = loss
    self.learningRate = learningRate
    self.gradNorm = gradNorm
    self.tokensPerSecond = tokensPerSecond
    self.stepsPerSecond = stepsPerSecond
    self.trainedTokens = trainedTokens
    self.peakMemory = peakMemory
  }
}

extension Double {
  /// Itself, where it is a number.
  package var finite: Double? { isFinite ? self : nil }
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
package enum PythonJSON {
  /// The bytes with a text in place of each such number, so that any reader takes them.
  package static func plain(_ bytes: Data) -> Data {
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
package struct LooseNumber: Codable, Sendable, Hashable {
  /// The number.
  package var value: Double

  package init(from decoder: any Decoder) throws {
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

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(value)
  }
}
