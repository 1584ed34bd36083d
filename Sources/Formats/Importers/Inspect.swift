import Content

/// Reads Inspect's datasets: `{input: text | messages, target: text | [text], id, choices, metadata}`.
struct InspectReader: FormatReader {
  private let options: ImportOptions

  init(_ options: ImportOptions) { self.options = options }

  mutating func read(_ record: Record, into output: inout ImportOutput) {
    Self.take(record.value, line: record.line, options, into: &output)
  }

  /// Makes a case of a sample.
  static func take(
    _ value: JSONValue, line: Int, _ options: ImportOptions, besides: JSONObject = [:], into output: inout ImportOutput
  ) {
    guard let object = value.object, let input = object["input"] else {
      output.fail(ImportFailure(line: line, "The sample has no \"input\"."))
      return
    }
    var found = ImportCase(line: line)
    if let list = input.array {
      let messages = JSONValue.array(list.map(message))
      do throws(ChatMessages.Flaw) { try ChatMessages.assign(messages, to: &found, splitsAnswer: false) } catch {
        output.fail(ImportFailure(line: line, error.reason))
        return
      }
      ChatMessages.dropOwnSystem(&found, options.systemTexts, into: &output)
    } else if let text = input.string {
      found.input["input"] = .string(text)
    } else {
      output.fail(ImportFailure(line: line, "\"input\" must be a text or a list of messages."))
      return
    }
    if let choices = object["choices"], choices.array?.isEmpty == false { found.input["choices"] = choices }
    if let target = object["target"], !LoggedCall.isEmpty(target) {
      // A list of one is that one.
      found.expected = target.array?.count == 1 ? target[0] : target
    }
    found.id = object["id"].flatMap { $0.string ?? $0.number?.text }
    for member in object["metadata"]?.object ?? [:] { found.metadata[member.key] = member.value }
    for key in ["files", "setup", "sandbox"] where object[key].map({ !LoggedCall.isEmpty($0) }) ?? false {
      found.metadata[key] = object[key]
      output.count("\"\(key)\" of a sample has no effect and is kept in the metadata")
    }
    for member in besides { found.metadata[member.key] = member.value }
    output.cases.append(found)
  }

  /// A message of Inspect's in OpenAI's form.
  static func message(_ value: JSONValue) -> JSONValue {
    guard var object = value.object else { return value }
    for key in ["id", "source", "model", "internal", "metadata"] { object[key] = nil }
    if let calls = object["tool_calls"]?.array {
      object["tool_calls"] = .array(
        calls.map { call in
          guard let function = call["function"]?.string else { return call }
          let arguments = call["arguments"].map { $0.string ?? $0.text() } ?? "{}"
          return [
            "id": call["id"] ?? .null, "type": "function",
            "function": ["name": .string(function), "arguments": .string(arguments)],
          ]
        })
    }
    return .object(JSONObject(object.filter { !$0.value.isNull || $0.key == "content" }))
  }
}

/// Reads Inspect's logs as JSON, as `inspect log dump` prints them.
struct InspectLogReader: FormatReader {
  private let options: ImportOptions

  init(_ options: ImportOptions) { self.options = options }

  mutating func read(_ record: Record, into output: inout ImportOutput) {
    guard let samples = record.value["samples"]?.array else {
      let isSample = record.value["scores"] != nil && record.value["input"] != nil
      if isSample { return take(record.value, [:], line: record.line, into: &output) }
      output.fail(
        ImportFailure(
          line: record.line,
          "The log has no samples; print it whole with `inspect log dump FILE`, without --header-only."))
      return
    }
    output.read -= 1
    var kept: JSONObject = [:]
    kept["task"] = record.value["eval"]?["task"]
    kept["model"] = record.value["eval"]?["model"]
    var seen: Set<String> = []
    for sample in samples {
      output.read += 1
      let id = sample["id"].map { $0.text() } ?? ""
      if !id.isEmpty, !seen.insert(id).inserted {
        output.skip("more epochs of the same sample")
        continue
      }
      take(sample, kept, line: record.line, into: &output)
    }
  }

  private func take(_ sample: JSONValue, _ kept: JSONObject, line: Int, into output: inout ImportOutput) {
    let attachments = sample["attachments"]?.object ?? [:]
    let whole = attachments.isEmpty ? sample : Self.resolved(sample, attachments)
    var besides = kept
    besides["scores"] = whole["scores"]
    let choice = whole["output"]?["choices"]?[0]
    besides["answer"] = (choice?["message"]?.object).flatMap(ChatMessages.answer) ?? whole["output"]?["completion"]
    InspectReader.take(whole, line: line, options, besides: besides, into: &output)
  }

  /// A value with texts that stand for attachments replaced by these.
  private static func resolved(_ value: JSONValue, _ attachments: JSONObject) -> JSONValue {
    switch value {
    case .string(let text):
      guard text.hasPrefix("attachment://") else { return value }
      return attachments[String(text.dropFirst("attachment://".count))] ?? value
    case .array(let values): return .array(values.map { resolved($0, attachments) })
    case .object(let object):
      return .object(
        JSONObject(
          object.map { (key: $0.key, value: $0.key == "attachments" ? $0.value : resolved($0.value, attachments)) }))
    default: return value
    }
  }
}
