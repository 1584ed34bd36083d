import Content

/// Reads TRL's rows: `prompt` with `completion`, or with `chosen` and `rejected`, each a text or messages; and Axolotl's rows of
/// `question`, of `messages` with `chosen`, and of `segments`.
struct TRLReader: FormatReader {
  private let options: ImportOptions

  init(_ options: ImportOptions) { self.options = options }

  mutating func read(_ record: Record, into output: inout ImportOutput) {
    guard let object = record.value.object else {
      output.fail(ImportFailure(line: record.line, column: record.column, "Expected a row, an object."))
      return
    }
    var found = ImportCase(line: record.line)
    do throws(ChatMessages.Flaw) {
      let used = try assign(object, to: &found)
      for (key, value) in object where !used.contains(key) && !value.isNull {
        switch key {
        case "tools": found.tools = LoggedCall.decoded(value)
        case "id": found.id = value.string ?? value.number?.text
        default: found.metadata[key] = value
        }
      }
    } catch {
      output.fail(ImportFailure(line: record.line, error.reason))
      return
    }
    ChatMessages.dropOwnSystem(&found, options.systemTexts, into: &output)
    output.cases.append(found)
  }

  /// Assigns what is asked and expected, and returns the members that say it.
  private func assign(_ object: JSONObject, to found: inout ImportCase) throws(ChatMessages.Flaw) -> Set<String> {
    if let segments = object["segments"]?.array {
      try assign(segments: segments, to: &found)
      return ["segments"]
    }
    if let question = object["question"], object["chosen"] != nil {
      found.input["question"] = question
      if let system = object["system"], !LoggedCall.isEmpty(system) { found.input["system"] = system }
      found.expected = Self.answer(object["chosen"])
      return ["question", "system", "chosen"]
    }
    guard let prompt = object["prompt"] ?? object["messages"] else {
      guard let chosen = object["chosen"], chosen.array != nil else {
        let reason =
          object["text"] == nil
          ? "The row has no \"prompt\"."
          : "The row is one text (\"text\") that is learnt whole, so there is nothing to ask."
        throw ChatMessages.Flaw(reason: reason)
      }
      // Both answers are whole conversations with a common beginning.
      try ChatMessages.assign(chosen, to: &found, splitsAnswer: true)
      return ["chosen"]
    }
    let key = object["prompt"] == nil ? "messages" : "prompt"
    if prompt.array != nil {
      try ChatMessages.assign(prompt, to: &found, splitsAnswer: false)
    } else {
      guard let text = prompt.string else {
        throw ChatMessages.Flaw(reason: "\"prompt\" must be a text or a list of messages.")
      }
      found.input["prompt"] = .string(text)
    }
    if let chosen = object["chosen"] {
      found.expected = Self.answer(chosen)
      return [key, "chosen"]
    }
    guard let completion = object["completion"] else { return [key] }
    if let label = object["label"]?.bool {
      found.tag(label ? "desired" : "undesired")
      guard label else { return [key, "label"] }
    }
    found.expected = Self.answer(completion)
    return [key, "completion", "label"]
  }

  /// What a text, a message or the last of several says.
  private static func answer(_ value: JSONValue?) -> JSONValue? {
    guard let value, !LoggedCall.isEmpty(value) else { return nil }
    if let last = value.array?.last { return last.object.flatMap(ChatMessages.answer) ?? last }
    return value["role"] == nil ? value : value.object.flatMap(ChatMessages.answer)
  }

  /// Segments of text: those that are learnt at the end are the answer to what stands before.
  private func assign(segments: [JSONValue], to found: inout ImportCase) throws(ChatMessages.Flaw) {
    var texts: [(text: String, isLearnt: Bool)] = []
    for (index, segment) in segments.enumerated() {
      guard let text = segment["text"]?.string, let label = segment["label"]?.bool else {
        throw ChatMessages.Flaw(reason: "Segment \(index + 1) has no \"text\" and \"label\".")
      }
      texts.append((text, label))
    }
    let answers = texts.reversed().prefix { $0.isLearnt }.reversed().map(\.text)
    let asked = texts.dropLast(answers.count).map(\.text)
    guard !asked.isEmpty else {
      throw ChatMessages.Flaw(reason: "All segments are learnt, so there is nothing to ask.")
    }
    found.input["prompt"] = .string(asked.joined())
    found.expected = answers.isEmpty ? nil : .string(answers.joined())
  }
}
