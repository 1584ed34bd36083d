extension TrainerCommand {
  /// What may stand in the texts of a command, each in braces, with what it is filled with.
  public static let fields: [(name: String, meaning: String)] = [
    ("folder", "the job's folder"),
    ("train", "the file of rows to learn from"),
    ("valid", "the file of rows to validate on"),
    ("model", "the base model: a folder, or a hub id"),
    ("output", "a folder of the job for what the trainer writes"),
    ("config", "the copy of the configuration"),
    ("steps", "optimiser steps"),
    ("epochs", "passes over the rows"),
    ("learning_rate", "the peak learning rate"),
    ("rank", "rank of the additions"),
    ("alpha", "rank times scale, as PEFT counts"),
    ("dropout", "dropout of the additions"),
    ("batch_size", "rows in a batch"),
    ("gradient_accumulation", "batches in a step"),
    ("max_tokens", "longest row in tokens"),
    ("warmup_steps", "steps of rising learning rate"),
    ("evaluate_every", "steps between validations and checkpoints"),
    ("report_every", "steps between reported losses"),
    ("seed", "seed of everything random"),
  ]

  /// Words in braces that a text holds and that are no fields, in order.
  public static func unknownFields(in text: String) -> [String] {
    let names = Set(fields.map(\.name))
    var unknown: [String] = []
    _ = replace(text) { name in
      if !names.contains(name), !unknown.contains(name) { unknown.append(name) }
      return nil
    }
    return unknown
  }

  /// The text with its fields filled. Whatever else stands in braces stays as it is.
  public static func fill(_ text: String, with values: [String: String]) -> String {
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
  public var texts: [String] {
    run + [log, adapter].compactMap { $0 } + environment.sorted { $0.key < $1.key }.map(\.value)
  }
}
