import Content
import Formats
import Testing

@testable import WorkspaceFiles

/// Files of other tools: whatever is in them, what comes out are lines of an eval set, and the same however the bytes come
/// in pieces.
@Suite struct ImportFuzzTests {
  private static let words = [
    "\"messages\": ", "\"role\": ", "\"content\": ", "\"assistant\"", "\"tool_calls\": ", "\"input\": ", "\"output\": ",
    "\"expected\": ", "\"vars\": ", "\"assert\": ", "null", "[]", "{}", "\"\"", "\"[{\\\"role\\\":\\\"user\\\"}]\"",
    "file://x",
    "{{ x }}", "{% if %}", "\u{FEFF}", "\"", "\"\"", ",", ";", "\r\n", "\n", "&a ", "*a", "<<: ", "- ", "__expected",
  ]

  /// What is wrong with what a file gives.
  private static func flaw(
    _ bytes: [UInt8], _ format: ImportFormat, _ container: Container, _ generator: inout SeededGenerator
  ) -> String? {
    let whole = Importer.read(bytes, as: format, in: container)
    var importer = Importer(format, in: container)
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = rest.prefix(Int.random(in: 1...(Bool.random(using: &generator) ? 5 : 200), using: &generator))
      importer.feed(piece)
      rest = rest.dropFirst(piece.count)
    }
    let piecewise = importer.finish()
    if whole.cases != piecewise.cases || whole.failures != piecewise.failures {
      return "cut otherwise, it gives something else"
    }
    if whole.failed < whole.failures.count { return "more failures than are counted" }
    for one in whole.cases {
      let line = JSONValue.object(one.json(id: "x")).text(.spaced)
      let file = CaseFile(Array(line.utf8), path: "evals/x.jsonl")
      guard file.cases.count == 1 else { return "the line of a case is none: \(line.prefix(300)) \(file.problems)" }
    }
    return nil
  }

  @Test func tables() async throws {
    try await Fuzzer("import-tables", corpus: ImportSamples.tables, words: Self.words).run { bytes, generator in
      guard let dialect = TableDialect.sniff(bytes[...], isWhole: true, named: "x.csv") else { return nil }
      return Self.flaw(bytes, .fields, .table(dialect), &generator)
    }
  }

  @Test func records() async throws {
    let corpus = ImportSamples.records.map(\.text)
    try await Fuzzer("import-records", corpus: corpus, words: Self.words).run { bytes, generator in
      guard let detection = try? Detection(bytes[...], isWhole: true, named: "x.jsonl") else { return nil }
      var format = detection.format
      if Bool.random(using: &generator), let other = ImportFormat.allCases.randomElement(using: &generator) {
        format = other
      }
      return Self.flaw(bytes, format, detection.container, &generator)
    }
  }

  @Test func configurations() async throws {
    try await Fuzzer("import-yaml", corpus: ImportSamples.configurations, words: Self.words).run { bytes, generator in
      Self.flaw(bytes, .promptfoo, .yaml, &generator)
    }
  }

  @Test func everyFormatHasASampleThatIsRecognised() throws {
    for (format, text) in ImportSamples.records {
      let detection = try Detection(Array(text.utf8)[...], isWhole: true, named: "")
      #expect(detection.format == format, "\(text)")
      let output = Importer.read(Array(text.utf8), as: detection.format, in: detection.container)
      #expect(!output.cases.isEmpty, "\(format): \(output.failures) \(output.skipped)")
    }
    #expect(Set(ImportSamples.records.map(\.format)).union([.promptfoo]) == Set(ImportFormat.allCases))
  }
}
