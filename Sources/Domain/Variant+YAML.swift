import Content
import Foundation

extension Workspace {
  /// The variant that makes use of an adapter: the training prompt, and everything else as in the first tuned variant on
  /// the same model.
  /// - Parameter name: nil for `tuned-N`, or what comes next where that is taken.
  package func variant(using adapter: String, of job: TrainingJob, named name: String? = nil) -> Variant {
    let tuned = variants.first { $0.isTuned && $0.model == job.base }
    var chosen = name ?? "tuned-\(job.id)"
    while name == nil, variant(chosen) != nil { chosen += "b" }
    return Variant(
      name: chosen, model: job.base, prompt: training.prompt ?? tuned?.prompt ?? prompts.first?.name ?? "main",
      adapter: adapter, sampling: tuned?.sampling ?? Sampling())
  }
}

extension Variant {
  /// What a person writes for it under `variants:` in `assay.yaml`, without indentation.
  package var line: String { "\(Self.yaml(name)): \(fields)" }

  /// The content of its file, a key on each line.
  package var text: String { router.map(Self.text) ?? settings.map { "\($0.key): \($0.value)\n" }.joined() }

  /// The folder of variants that have a file each.
  package static let folder = "variants"

  /// Path of a variant's file, relative to the workspace.
  package static func path(of name: String) -> String { "\(folder)/\(name).yaml" }

  /// The variant whose file this is; nil for any other file.
  static func name(ofFile path: String) -> String? {
    guard path.hasPrefix(folder + "/"), path.hasSuffix(".yaml") else { return nil }
    return String(path.dropFirst(folder.count + 1).dropLast(5))
  }

  /// The part of `line` behind the name.
  package var fields: String { "{ \(settings.map { "\($0.key): \($0.value)" }.joined(separator: ", ")) }" }

  /// Its keys with their values as YAML.
  private var settings: [(key: String, value: String)] {
    if let router { return [("router", JSONValue.object(router.json).text())] }
    var fields = [(key: "model", value: Self.yaml(model)), (key: "prompt", value: Self.yaml(prompt))]
    if let sections { fields.append(("sections", Self.yaml(sections))) }
    for (key, titles) in [("with", with), ("without", without)] where !titles.isEmpty {
      fields.append((key, Self.yaml(titles)))
    }
    if let adapter { fields.append(("adapter", Self.yaml(adapter))) }
    if isDeclaredTuned { fields.append(("tuned", "true")) }
    if let base { fields.append(("base", Self.yaml(base))) }
    for (key, value) in sampling.json {
      // A list as YAML is written, with a space after each comma.
      let text = value.array.map { "[\($0.map { $0.text() }.joined(separator: ", "))]" } ?? value.text()
      fields.append((key, text))
    }
    return fields
  }

  /// Texts as a YAML list on one line.
  package static func yaml(_ texts: [String]) -> String { "[\(texts.map(yaml).joined(separator: ", "))]" }

  /// A text as a YAML value: plain where it can't be taken for anything else.
  package static func yaml(_ text: String) -> String {
    let isPlain =
      text.unicodeScalars.allSatisfy {
        $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || "._-/+@".unicodeScalars.contains($0))
      } && text.contains { $0.isLetter } && text.first.map { $0.isLetter || $0 == "." || $0 == "/" } == true
    let words = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"]
    return isPlain && !words.contains(text.lowercased()) && !text.hasPrefix(".inf") && !text.hasPrefix(".nan")
      ? text : JSONValue.string(text).text()
  }

  /// Why a name can't be a variant's; nil where it can.
  package static func flaw(of name: String) -> String? {
    let isPlain = name.unicodeScalars.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || "._-+".unicodeScalars.contains($0))
    }
    return isPlain && (1...64).contains(name.count) && !name.hasPrefix(".")
      ? nil
      : "\"\(name.prefix(64))\" can't be a variant's name: take up to 64 letters, digits, dots and hyphens, and no dot first."
  }
}
