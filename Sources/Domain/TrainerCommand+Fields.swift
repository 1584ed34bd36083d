extension TrainerCommand {
  /// What may stand in the texts of a command, each in braces, with what it is filled with.
  package static let fields: [(name: String, meaning: String)] =
    [
      ("folder", "the job's folder"),
      ("train", "the file of rows to learn from"),
      ("valid", "the file of rows to validate on"),
      ("model", "the base model: a folder, or a hub id"),
      ("output", "a folder of the job for what the trainer writes"),
      ("config", "the copy of the configuration"),
      ("alpha", "rank times scale, as PEFT counts"),
    ] + settings.map { ($0.key, $0.help) }

  /// The settings that are fields: the numbers that a user's program can be told, each as its key.
  private static var settings: [TrainingSetting] {
    TrainingSettings.table.filter { setting in
      guard setting.backends.contains(.command), setting.uses.contains(.trainer) else { return false }
      return switch setting.kind {
      case .whole, .number: true
      case .flag, .choice, .text, .file, .texts: false
      }
    }
  }

  /// What the fields of settings are filled with.
  package static func values(of settings: TrainingSettings) -> [String: String] {
    var values = ["alpha": SettingValue.number(Double(settings.rank) * settings.scale).text]
    for setting in Self.settings { values[setting.key] = setting.value(in: settings)?.text }
    return values
  }

  /// Words in braces that a text holds and that are no fields, in order.
  package static func unknownFields(in text: String) -> [String] {
    let names = Set(fields.map(\.name))
    var unknown: [String] = []
    _ = replace(text) { name in
      if !names.contains(name), !unknown.contains(name) { unknown.append(name) }
      return nil
    }
    return unknown
  }

  /// The text with its fields filled. Whatever else stands in braces stays as it is.
  package static func fill(_ text: String, with values: [String: String]) -> String {
    replace(text) { values[$0] }
  }

  /// Puts other texts in the place of words in single braces.
  private static func replace(_ text: String, _ value: (String) -> String?) -> String {
    var result = ""
    var rest = Substring(text)
    while let open = rest.firstIndex(of: "{") {
      result += rest[..<open]
      let inner = rest[rest.index(after: open)...]
      let name = inner.prefix { $0 == "_" || ($0.isASCII && $0.isLowercase) }
      // `{{ x }}` and `${x}` are other programs'.
      let isSingle = result.last != "{" && result.last != "$"
      if !name.isEmpty, isSingle, inner.dropFirst(name.count).first == "}", let value = value(String(name)) {
        result += value
        rest = inner.dropFirst(name.count + 1)
      } else {
        result += "{"
        rest = inner
      }
    }
    return result + rest
  }

  /// Every text that fields are filled into, but for the configuration's.
  package var texts: [String] {
    run + [log, adapter].compactMap { $0 } + environment.sorted { $0.key < $1.key }.map(\.value)
  }
}
