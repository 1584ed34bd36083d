import Domain
import TrainerLogs

/// A line of `events.jsonl`, as it stands in the file.
struct EventLine: Codable {
  var event: String
  var time: Double
  var step: Int?
  var steps: Int?
  var firstStep: Int?
  var loss = EventLoss.missing
  /// What the loss is where it is no number.
  var lossState: String?
  var learningRate: Double?
  var gradNorm: Double?
  var tokensPerSecond: Double?
  var stepsPerSecond: Double?
  var trainedTokens: Int?
  var peakMemory: Double?
  var trainableParameters: Int?
  var totalParameters: Int?
  var trainRows: Int?
  var validRows: Int?
  var device: String?
  var path: String?
  var validationLoss = EventLoss.missing
  var validationLossState: String?
  var best: Bool?
  var message: String?
  var status: String?
  var id: String?
  var text: String?
  var cpu: Double?
  var memory: Double?
  var gpus: [GPU]?
  var check: String?
  var count: Int?
  var of: Int?
  var rows: [Int]?
  var fix: String?
  var file: String?
  var accepted: String?
  var unending: Double?
  var equal: Double?
  var expectedEqual: Double?
  var asBase: Double?
  var logitChange: Double?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case event, time, step, steps, loss, path, best, message, status, device, id, text, cpu, gpus, check, count, of,
      rows,
      fix, file, accepted, unending, equal
    case lossState = "loss_state"
    case validationLossState = "validation_loss_state"
    case expectedEqual = "expected_equal"
    case asBase = "as_base"
    case logitChange = "logit_change"
    case firstStep = "first_step"
    case learningRate = "learning_rate"
    case gradNorm = "grad_norm"
    case tokensPerSecond = "tokens_per_second"
    case stepsPerSecond = "steps_per_second"
    case trainedTokens = "trained_tokens"
    case peakMemory = "peak_memory_gb"
    case trainableParameters = "trainable_parameters"
    case totalParameters = "total_parameters"
    case trainRows = "train_rows"
    case validRows = "valid_rows"
    case validationLoss = "validation_loss"
    case memory = "memory_gb"
  }

  struct GPU: Codable {
    var utilization: Double?
    var memory: Double?
    var memoryTotal: Double?
    var power: Double?
    var temperature: Double?

    enum CodingKeys: String, CodingKey, CaseIterable {
      case utilization
      case memory = "memory_gb"
      case memoryTotal = "memory_total_gb"
      case power = "power_w"
      case temperature = "temperature_c"
    }
  }

  init(event: String, time: Double) {
    self.event = event
    self.time = time
  }

  /// No job has counted beyond these, a share is one, and time goes on. Other numbers that are none are merely not known.
  var hasSenseInNumbers: Bool {
    let counts =
      [
        step, steps, firstStep, trainRows, validRows, trainedTokens, trainableParameters, totalParameters, count, of,
      ] + (rows ?? [])
    return counts.allSatisfy { EventFile.counts.contains($0 ?? 0) }
      && [unending, equal, expectedEqual, asBase].allSatisfy { (0...1).contains($0 ?? 0) } && time.isFinite
  }
}

/// A loss as trainers write it: a number, or what their JSON library makes of one that is none (`NaN`, `"nan"`, null).
enum EventLoss: Hashable {
  case missing
  case value(Double)

  /// The loss; nil where the line has none.
  /// - Parameter state: what it is where the line says null.
  func loss(_ state: String?) -> Double? {
    guard case .value(let value) = self else { return nil }
    return value.isNaN && state == "inf" ? .infinity : value
  }

  init(_ value: Double?) { self = value.map { .value($0) } ?? .missing }
}

extension EventLoss: Codable {
  init(from decoder: any Decoder) throws { self = .value(try LooseNumber(from: decoder).value) }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if case .value(let value) = self { try container.encode(value) } else { try container.encodeNil() }
  }
}

extension KeyedDecodingContainer {
  /// Tells a loss that is missing from one that is null.
  func decode(_ type: EventLoss.Type, forKey key: Key) throws -> EventLoss {
    guard contains(key) else { return .missing }
    return try decodeNil(forKey: key) ? .value(.nan) : try EventLoss(from: superDecoder(forKey: key))
  }
}

extension KeyedEncodingContainer {
  /// Leaves a missing loss out.
  mutating func encode(_ value: EventLoss, forKey key: Key) throws {
    if case .value(let loss) = value { try encode(loss, forKey: key) }
  }
}
