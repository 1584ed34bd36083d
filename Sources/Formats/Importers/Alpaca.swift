import Content

/// Reads Alpaca's rows: `{instruction, input, output}`, with LLaMA-Factory's `system` and `history`.
struct AlpacaReader: FormatReader {
  mutating func read(_ record: Record, into output: inout ImportOutput) {
    guard let object = record.value.object, let instruction = object["instruction"]?.string ?? object["prompt"]?.string
    else {
      output.fail(ImportFailure(line: record.line, column: record.column, "The row has no \"instruction\"."))
      return
    }
    var found = ImportCase(line: record.line)
    let input = object["input"]?.string ?? object["query"]?.string ?? ""
    let system = object["system"]?.string ?? ""
    let history = object["history"]?.array ?? []
    if system.isEmpty, history.isEmpty {
      found.input["instruction"] = .string(instruction)
      found.input["input"] = .string(input)
    } else {
      var messages: [JSONValue] = system.isEmpty ? [] : [["role": "system", "content": .string(system)]]
      for (index, turn) in history.enumerated() {
        guard let question = turn[0]?.string, let answer = turn[1]?.string else {
          output.fail(
            ImportFailure(line: record.line, "Turn \(index + 1) of \"history\" must be a question and an answer."))
          return
        }
        messages.append(["role": "user", "content": .string(question)])
        messages.append(["role": "assistant", "content": .string(answer)])
      }
      messages.append(["role": "user", "content": .string(input.isEmpty ? instruction : instruction + "\n" + input)])
      found.messages = messages
      if !history.isEmpty {
        output.count("LLaMA-Factory trains on the answers in \"history\"; here they are only shown")
      }
    }
    let answer = object["output"] ?? object["response"] ?? object["chosen"]
    found.expected = answer.flatMap { LoggedCall.isEmpty($0) ? nil : $0 }
    let known = ["instruction", "prompt", "input", "query", "output", "response", "system", "history", "chosen"]
    for (key, value) in object where !known.contains(key) && !value.isNull {
      if key == "id", let id = value.string ?? value.number?.text { found.id = id } else { found.metadata[key] = value }
    }
    output.cases.append(found)
  }
}
