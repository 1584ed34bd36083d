import Content

/// Reads the samples that lm-evaluation-harness logs: `{doc_id, doc, target, arguments, resps, filtered_resps, …}`.
struct LMEvalReader: FormatReader {
  mutating func read(_ record: Record, into output: inout ImportOutput) {
    guard let object = record.value.object, let arguments = object["arguments"] else {
      output.fail(ImportFailure(line: record.line, column: record.column, "The sample has no \"arguments\"."))
      return
    }
    guard let context = Self.context(arguments) else {
      output.fail(ImportFailure(line: record.line, "\"arguments\" hold no text that was sent."))
      return
    }
    var found = ImportCase(line: record.line)
    let decoded = LoggedCall.decoded(context) ?? context
    if let list = decoded.array, list.allSatisfy({ $0["role"] != nil }) {
      do throws(ChatMessages.Flaw) { try ChatMessages.assign(decoded, to: &found, splitsAnswer: false) } catch {
        output.fail(ImportFailure(line: record.line, error.reason))
        return
      }
    } else {
      found.input["prompt"] = context
    }
    found.expected = Self.expected(object, into: &output)
    found.id = object["doc_id"].flatMap { $0.string ?? $0.number?.text }
    for key in ["doc", "resps", "filtered_resps", "doc_hash"] where object[key] != nil {
      found.metadata[key] = object[key]
    }
    output.cases.append(found)
  }

  /// What the first request sent: `{"gen_args_0": {"arg_0": text, …}}`, or `[[text, …]]` in older versions.
  private static func context(_ arguments: JSONValue) -> JSONValue? {
    var value: JSONValue? = arguments
    for _ in 0..<3 {
      switch value {
      case .string, nil: return value
      case .array(let values): value = values.first
      case .object(let object): value = object["arg_0"] ?? object["prompt"] ?? object.values.first
      default: return nil
      }
    }
    return value?.string == nil ? nil : value
  }

  /// The target; where it is the number of a choice, that choice.
  private static func expected(_ object: JSONObject, into output: inout ImportOutput) -> JSONValue? {
    guard let target = object["target"], !LoggedCall.isEmpty(target) else { return nil }
    let choices = object["doc"]?["choices"]?["text"]?.array ?? object["doc"]?["choices"]?.array
    let number = target.int ?? target.string.flatMap { Int($0) }
    guard let choices, let number, choices.indices.contains(number) else { return target }
    output.count("A target is the number of a choice; that choice's text is what is expected")
    return choices[number]
  }
}
