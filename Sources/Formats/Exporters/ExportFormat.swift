import Content

/// A form in which other tools read cases.
package enum ExportFormat: String, Sendable, Hashable, CaseIterable {
  case csv, tsv, jsonl, chat, promptfoo
  case openaiEvals = "openai-evals"
  case inspect, alpaca, sharegpt, trl
}

/// What was written of some cases.
package struct ExportedCases: Sendable, Hashable {
  /// The file's text.
  package var text = ""
  /// Cases in it.
  package var written = 0
  /// Cases that the format has no place for: the id and why.
  package var refused: [(id: String, reason: String)] = []
  /// What of the cases is not in the file, each once.
  package var lost: [String] = []

  package static func == (left: ExportedCases, right: ExportedCases) -> Bool {
    left.text == right.text && left.written == right.written && left.lost == right.lost
      && left.refused.map(\.id) == right.refused.map(\.id)
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(text) }

  mutating func lose(_ what: String) { if !lost.contains(what) { lost.append(what) } }
}

/// Writes cases in the form of another tool.
package struct CaseExporter: Sendable {
  /// Why a case has no place in a format, as a sentence without a full stop.
  struct Refusal: Error { var reason: String }

  private let format: ExportFormat

  /// A writer of a format.
  package init(_ format: ExportFormat) { self.format = format }

  /// The cases as a file. Each needs an id.
  package func export(_ cases: [ImportCase]) -> ExportedCases {
    switch format {
    case .csv: return TableWriter(separator: ",").export(cases)
    case .tsv: return TableWriter(separator: "\t").export(cases)
    case .promptfoo: return PromptfooWriter().export(cases)
    default: break
    }
    var result = ExportedCases()
    for one in cases {
      do throws(Refusal) {
        let object = try line(one, &result)
        result.text += JSONValue.object(object).text() + "\n"
        result.written += 1
      } catch { result.refused.append((one.id ?? "", error.reason)) }
    }
    return result
  }

  private func line(_ one: ImportCase, _ result: inout ExportedCases) throws(Refusal) -> JSONObject {
    switch format {
    case .jsonl: return one.json(id: one.id ?? "")
    case .chat: return try ChatWriter.line(one, &result)
    case .openaiEvals: return try EvalsWriter.openAI(one, &result)
    case .inspect: return try EvalsWriter.inspect(one)
    case .alpaca: return try RowWriter.alpaca(one, &result)
    case .sharegpt: return try RowWriter.shareGPT(one, &result)
    case .trl: return try RowWriter.trl(one, &result)
    case .csv, .tsv, .promptfoo: return [:]
    }
  }
}

extension ImportCase {
  /// The one text that is asked; nil where there are several slots, or the only one is no text.
  var onlyText: String? { messages == nil && input.count == 1 ? input.values[0].string : nil }

  /// What is expected as a text; numbers and truth values as they are written.
  var expectedText: String? {
    switch expected {
    case .string(let text): text
    case .number, .bool: expected?.text()
    default: nil
    }
  }

  /// Notes which members a format doesn't have.
  func lose(_ result: inout ExportedCases, _ hasID: Bool = false) {
    if !hasID, id != nil { result.lose("ids") }
    if !tags.isEmpty { result.lose("tags") }
    if group != nil { result.lose("groups") }
    if weight != nil { result.lose("weights") }
    if !metadata.isEmpty { result.lose("metadata") }
  }
}
