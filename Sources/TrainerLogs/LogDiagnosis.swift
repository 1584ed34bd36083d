import Foundation

/// Says in a sentence what ended a trainer and what to change, from the last lines of its log.
///
/// It knows how PyTorch, transformers, datasets, mlx and the system complain. A pure function: what it doesn't know, it
/// leaves to the log's own last words.
package enum LogDiagnosis {
  /// How much of a log's end is looked at, in bytes and in lines.
  package static let mostBytes = 131_072
  static let mostLines = 400

  /// What ended the trainer that printed these lines last; nil when that is not known.
  /// - Parameter status: as shells count it; nil where it isn't known.
  package static func sentence(lines: [String], status: Int?) -> String? {
    if status == 0 { return nil }
    let lines = lines.suffix(mostLines).map { LogLine(LogText.clean($0)) }
    // What one cause brings about comes last, so the last complaint counts; of two in a line the more special one.
    for rules in [LogRules.causes, LogRules.consequences] {
      for index in lines.indices.reversed() where !lines[index].isWarning {
        for rule in rules {
          if let sentence = rule(LogMatch(lines: lines, index: index, status: status)) { return sentence }
        }
      }
    }
    // 128 and KILL. Nobody else sends it unasked.
    return status == 137 ? LogRules.killed : nil
  }
}

/// A line of a log, and how it is searched.
struct LogLine {
  /// As it stands, without control characters.
  let text: String
  /// For comparison.
  let lower: String

  init(_ text: String) {
    self.text = text
    lower = text.lowercased()
  }

  /// Warnings name many things that a job then does without.
  var isWarning: Bool {
    lower.contains("warning:") || lower.contains("userwarning") || lower.contains("warnings.warn")
      || lower.contains("[warning")
  }

  /// Whether any of the words stands in it.
  func has(_ words: String...) -> Bool { words.contains { lower.contains($0) } }

  /// What stands between two texts, compared as they are written; nil where they don't stand there.
  func part(after start: String, before end: String) -> String? {
    guard let from = text.range(of: start)?.upperBound,
      let to = end.isEmpty ? text.endIndex : text.range(of: end, range: from..<text.endIndex)?.lowerBound
    else { return nil }
    let part = text[from..<to].trimmingCharacters(in: .whitespaces)
    return part.isEmpty ? nil : String(part.prefix(200))
  }

  /// A number with its unit after a text: "Tried to allocate 2.00 GiB".
  func amount(after start: String) -> String? {
    guard let words = part(after: start, before: "")?.split(separator: " ").prefix(2), words.count == 2,
      Double(words[0]) != nil
    else { return nil }
    let unit = words[1].prefix { $0.isLetter }
    return ["KiB", "MiB", "GiB", "MB", "GB", "bytes"].contains(String(unit)) ? "\(words[0]) \(unit)" : nil
  }

  /// What stands in the first pair of quotation marks after a text.
  func quoted(after start: String) -> String? {
    guard let rest = part(after: start, before: ""), let open = rest.firstIndex(where: { $0 == "'" || $0 == "\"" })
    else { return nil }
    let inner = rest[rest.index(after: open)...]
    guard let close = inner.firstIndex(of: rest[open]), close > inner.startIndex else { return nil }
    return String(inner[..<close])
  }
}

/// A line that may say what is wrong, with those around it.
struct LogMatch {
  let lines: [LogLine]
  let index: Int
  /// The exit status as shells count it; nil where it isn't known.
  let status: Int?

  /// The line.
  var line: LogLine { lines[index] }
  /// The nearest lines, the nearer ones first: a traceback is long.
  var around: [LogLine] {
    lines.indices.filter { abs($0 - index) <= 80 }.sorted { abs($0 - index) < abs($1 - index) }.map { lines[$0] }
  }

  /// The first that a search finds in the line or near it.
  func near(_ find: (LogLine) -> String?) -> String? { around.lazy.compactMap(find).first }
}
