import Content
import Files
import Foundation

/// What an adapter's folder says of itself, looked at without the engine: enough to know who can load it.
package struct AdapterSummary: Sendable, Hashable {
  /// What is learnt.
  package enum Kind: String, Sendable, Hashable {
    case lora, dora
    /// Some layers' whole weights, which only mlx-lm puts on the base by itself.
    case weights
    /// A whole model.
    case model
  }

  /// What it is.
  package var kind: Kind
  /// The layouts that it is there in.
  package var layouts: [AdapterLayout]
  /// Rank of the additions.
  package var rank: Int?
  /// Its base model in its own words: a path or a hub id.
  package var base: String?
  /// PEFT's options that no other engine takes, by name.
  package var unusual: [String]

  private static let mostBytes = 1 << 20

  /// Looks into a folder; nil where there is neither an adapter nor a model.
  package init?(folder: String) {
    let manager = FileManager.default
    func has(_ name: String) -> Bool { manager.fileExists(atPath: folder + "/" + name) }
    let files: [(AdapterLayout, String)] = [
      (.peft, "adapter_model.safetensors"), (.mlx, "adapters.safetensors"), (.gguf, "adapter.gguf"),
    ]
    layouts = files.filter { has($0.1) }.map(\.0)
    let config = Self.object(folder + "/adapter_config.json")
    let parameters = config?["lora_parameters"]
    rank = config?["r"]?.int ?? parameters?["rank"]?.int
    base = config?["base_model_name_or_path"]?.string ?? config?["model"]?.string
    unusual = ["modules_to_save", "lora_bias", "layer_replication", "trainable_token_indices"].filter {
      guard let value = config?[$0] else { return false }
      return !value.isNull && value != false && value.array?.isEmpty != true
    }
    if let bias = config?["bias"]?.string, bias != "none" { unusual.append("bias") }
    let type = config?["fine_tune_type"]?.string
    if layouts.isEmpty {
      guard has("config.json"), has("model.safetensors") || has("model.safetensors.index.json") else { return nil }
      kind = .model
    } else if type == "full", !layouts.contains(.peft) {
      kind = .weights
    } else {
      kind = type == "dora" || config?["use_dora"]?.bool == true ? .dora : .lora
    }
  }

  /// Whether a model's folder holds weights that are quantised in mlx's format; false for a hub id.
  package static func isQuantized(model folder: String) -> Bool {
    object(folder + "/config.json")?["quantization"]?.object != nil
  }

  private static func object(_ path: String) -> JSONObject? {
    guard let bytes = try? FileBytes.read(path, limit: mostBytes) else { return nil }
    return (try? JSONValue(parsing: bytes))?.object
  }
}
