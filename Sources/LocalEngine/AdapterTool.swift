import Domain
import Foundation
import Processes

/// The layouts that an adapter can be written in.
package enum AdapterLayout: String, Sendable, Hashable, CaseIterable, Codable {
  /// PEFT's, which vLLM and Ollama load too.
  case peft
  /// mlx-lm's.
  case mlx
  /// llama.cpp's.
  case gguf
}

/// A conversion that was made, with its proof.
package struct AdapterConversion: Sendable, Hashable, Codable {
  /// The layout that was read.
  package var from: AdapterLayout
  /// The layout that was written.
  package var to: AdapterLayout
  /// `lora` or `dora`.
  package var method: String
  /// Rank of the additions.
  package var rank: Int
  /// Their factor.
  package var scale: Double
  /// How many weights are changed.
  package var tensors: Int
  /// The largest difference between what the original and the copy, both read from disk, make of a weight.
  package var maxDifference: Double
  /// Where that is.
  package var worst: String
  /// Whether the base model was there, so that names and shapes were held against it.
  package var comparedWithBase: Bool
  /// Names of the files written.
  package var files: [String]
  /// Requirements for loading it, in sentences.
  package var notes: [String]

  enum CodingKeys: String, CodingKey {
    case from, to, method, rank, scale, tensors, worst, files, notes
    case maxDifference = "max_difference"
    case comparedWithBase = "compared_with_base"
  }
}

/// How far the answers of two models are apart, as numbers before the choice of each token.
package struct ModelDifference: Sendable, Hashable, Codable {
  /// Prompts that both read.
  package var prompts: Int
  /// Tokens of all prompts: places where both were asked for the next one.
  package var places: Int
  /// Places where both would choose the same token.
  package var sameChoice: Int
  /// The largest difference of a logit.
  package var maxDifference: Double
  /// The largest logit, to compare that with.
  package var largestLogit: Double

  enum CodingKeys: String, CodingKey {
    case prompts, places
    case sameChoice = "same_choice"
    case maxDifference = "max_difference"
    case largestLogit = "largest_logit"
  }
}

/// A model that was made of a base and an adapter.
package struct FusedModel: Sendable, Hashable, Decodable {
  /// `lora`, `dora`, or `full` where the adapter was whole weights.
  package var method: String
  /// Bytes of its weights.
  package var bytes: Int
  /// Whether its weights are quantised.
  package var quantized: Bool
  /// Names of the files written.
  package var files: [String]
  /// Requirements for loading it, in sentences.
  package var notes: [String]
  /// How far it is from the base with the adapter.
  package var difference: ModelDifference

  /// Reads what the program reports.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    method = try values.decode(String.self, forKey: .method)
    bytes = try values.decode(Int.self, forKey: .bytes)
    quantized = try values.decode(Bool.self, forKey: .quantized)
    files = try values.decode([String].self, forKey: .files)
    notes = try values.decode([String].self, forKey: .notes)
    difference = try ModelDifference(from: decoder)
  }

  enum CodingKeys: CodingKey { case method, bytes, quantized, files, notes }
}

/// A model with fewer bits for each weight.
package struct QuantizedModel: Sendable, Hashable, Decodable {
  /// Bits of a weight.
  package var bits: Int
  /// Weights that share a scale.
  package var groupSize: Int
  /// Bytes of the original's weights.
  package var bytesBefore: Int
  /// Bytes of its own.
  package var bytes: Int
  /// How far it is from the original.
  package var difference: ModelDifference

  /// Reads what the program reports.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    bits = try values.decode(Int.self, forKey: .bits)
    groupSize = try values.decode(Int.self, forKey: .groupSize)
    bytesBefore = try values.decode(Int.self, forKey: .bytesBefore)
    bytes = try values.decode(Int.self, forKey: .bytes)
    difference = try ModelDifference(from: decoder)
  }

  enum CodingKeys: String, CodingKey {
    case bits, bytes
    case groupSize = "group_size"
    case bytesBefore = "bytes_before"
  }
}

/// Converts and fuses adapters, and quantises models, with the engine's Python. What it writes appears as a
/// whole, once it was read back and compared, or not at all.
package struct AdapterTool: Sendable {
  /// The engine.
  package let engine: LocalEngine

  /// A tool of an engine.
  package init(engine: LocalEngine = LocalEngine()) { self.engine = engine }

  /// Writes an adapter in another layout.
  /// - Parameter folder: an absolute path, as are `output` and, unless it is a hub id, `base`.
  /// - Parameter output: a folder that isn't there yet.
  /// - Parameter base: the model that the adapter belongs to; as the adapter says where nil.
  /// - Throws: `WorkbenchError.input` with what is wrong with the adapter, or `EngineError`.
  package func convert(
    _ folder: String, to layout: AdapterLayout, output: String, base: String? = nil
  ) async throws -> AdapterConversion {
    try await report(["convert", "--to", layout.rawValue] + option("--base", base) + ["--", folder, output])
  }

  /// Writes the whole model that a base and an adapter make.
  /// - Parameter dequantize: whether a quantised base becomes a model in full numbers.
  /// - Parameter rows: a file of rows whose first few are asked to compare; a few general texts where nil.
  /// - Throws: as `convert`.
  package func fuse(
    _ folder: String, output: String, base: String? = nil, dequantize: Bool = false, rows: String? = nil
  ) async throws -> FusedModel {
    let options = option("--base", base) + option("--rows", rows) + (dequantize ? ["--dequantize"] : [])
    return try await report(["fuse"] + options + ["--", folder, output])
  }

  /// Writes a model with fewer bits for each weight, which QLoRA starts from.
  /// - Parameter model: an absolute path, or a hub id.
  /// - Parameter bits: 2, 3, 4, 5, 6 or 8.
  /// - Parameter groupSize: 32, 64 or 128; where nil the largest of the first two that divides every layer.
  /// - Throws: as `convert`.
  package func quantize(
    _ model: String, output: String, bits: Int = 4, groupSize: Int? = nil
  ) async throws -> QuantizedModel {
    let options = ["--bits", "\(bits)"] + option("--group-size", groupSize.map(String.init))
    return try await report(["quantize"] + options + ["--", model, output])
  }

  private func option(_ name: String, _ value: String?) -> [String] { value.map { ["\(name)=\($0)"] } ?? [] }

  private func report<Value: Decodable>(_ arguments: [String]) async throws -> Value {
    try engine.requireReady()
    let result = try await engine.program("adapters", arguments).run()
    let last = Data((result.lines.last ?? "").utf8)
    if let refusal = try? JSONDecoder().decode(Refusal.self, from: last) {
      throw WorkbenchError.input(refusal.error)
    }
    guard result.ending.isSuccess, let value = try? JSONDecoder().decode(Value.self, from: last) else {
      let words = result.lines.suffix(3).joined(separator: " / ")
      throw EngineError.installation(
        "The engine's program adapters ended with \(result.ending). Its last words: \(words)")
    }
    return value
  }

  private struct Refusal: Decodable { var error: String }
}
