import Content
import Domain
import Foundation

/// A model with its adapter, as one server serves it.
struct ServedPair: Sendable, Hashable {
  /// An absolute path, or a hub id.
  var model: String
  /// An absolute path without links, so that a training job's `best` names the checkpoint it points at now.
  var adapter: String?
  /// Names exactly these weights: other files in the same folder make another name.
  var key: String
  /// The model's id where it is the hub's, to be fetched when it is not on this machine.
  var hub: HubID?

  /// Looks at what is there.
  /// - Throws: `ModelFailure.rejected` when it isn't.
  init(model: String, adapter: String?) throws {
    var digest = SHA256()
    digest.update(EngineFiles.version)
    // Full tuning may have made a model instead of an adapter.
    let (model, adapter) = Self.isModel(adapter) ? (adapter ?? model, nil) : (model, adapter)
    if let hub = HubID(model) {
      self.model = hub.name
      self.hub = hub
      digest.update(model)
    } else if let files = Self.files(in: model) {
      guard files.contains(where: { $0.name == "config.json" }),
        files.contains(where: { $0.name.hasPrefix("model") && $0.name.hasSuffix(".safetensors") })
      else {
        throw ModelFailure.rejected(
          "The folder \(model) holds no model: config.json and model.safetensors (Hugging Face layout) are needed.")
      }
      self.model = Self.real(model)
      digest.update(self.model)
      digest.update(files.map(\.description).joined(separator: "\n"))
    } else {
      throw ModelFailure.rejected("There is no model at \(model). Correct its path in assay.yaml.")
    }
    if let adapter {
      let folder = Self.real(adapter)
      guard let files = Self.files(in: folder), files.contains(where: { $0.name == "adapters.safetensors" }),
        files.contains(where: { $0.name == "adapter_config.json" })
      else {
        if Self.files(in: folder)?.contains(where: { $0.name == "adapter_model.safetensors" }) == true {
          throw ModelFailure.rejected(
            "The adapter at \(adapter) is in PEFT's layout: `assay adapter convert \(adapter) --to mlx` makes one that the "
              + "local engine can load.")
        }
        throw ModelFailure.rejected(
          "There is no adapter at \(adapter). Train one (assay train), or correct the variant's `adapter` in assay.yaml."
        )
      }
      self.adapter = folder
      digest.update(folder)
      digest.update(files.filter { $0.name.hasPrefix("adapter") }.map(\.description).joined(separator: "\n"))
    }
    key = String(digest.hex().prefix(16))
  }

  /// Whether a folder holds a model of its own, and no adapter.
  private static func isModel(_ folder: String?) -> Bool {
    guard let names = folder.flatMap({ files(in: real($0)) })?.map(\.name) else { return false }
    return names.contains("config.json") && names.contains("model.safetensors")
      && !names.contains("adapters.safetensors")
  }

  private struct File: CustomStringConvertible {
    var name: String
    var size: Int
    var time: Double
    var description: String { "\(name) \(size) \(time)" }
  }

  private static func files(in folder: String) -> [File]? {
    guard folder.hasPrefix("/"), let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      return nil
    }
    return names.sorted().compactMap { name in
      // What answers depend on; a folder may hold anything else besides.
      guard [".json", ".safetensors", ".jinja", ".model", ".txt"].contains(where: { name.hasSuffix($0) }),
        let attributes = try? FileManager.default.attributesOfItem(atPath: real(folder + "/" + name))
      else { return nil }
      return File(
        name: name, size: (attributes[.size] as? NSNumber)?.intValue ?? 0,
        time: (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0)
    }
  }

  private static func real(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
}
