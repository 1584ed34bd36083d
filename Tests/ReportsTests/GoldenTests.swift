import Foundation
import Testing

@testable import Reports

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Whole texts as they are kept beside the tests; `ASSAY_RECORD=1` writes them anew, and a run that records fails.
@Suite struct GoldenTests {
  private func check(_ text: String, _ name: String, at place: SourceLocation = #_sourceLocation) throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden/" + name)
    if ProcessInfo.processInfo.environment["ASSAY_RECORD"] == "1" {
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try text.write(to: file, atomically: true, encoding: .utf8)
      Issue.record("recorded \(name)", sourceLocation: place)
    }
    #expect(try String(contentsOf: file, encoding: .utf8) == text, sourceLocation: place)
  }

  @Test func markdown() throws {
    try check(MarkdownReport.text(of: SampleReport.document()), "small.md")
    try check(MarkdownReport.text(of: HTMLReportTests.hostileDocument), "hostile.md")
  }

  @Test func junit() throws {
    try check(JUnitReport.text(of: SampleReport.document()), "small.xml")
    try check(JUnitReport.text(of: HTMLReportTests.hostileDocument), "hostile.xml")
  }
}

@Suite struct MarkdownTests {
  @Test func codeKeepsItsTextWhateverIsInIt() {
    #expect(MarkdownText.code("plain") == "`plain`")
    #expect(MarkdownText.code("a|b") == "`a\\|b`")
    #expect(MarkdownText.code("`") == "`` ` ``")
    #expect(MarkdownText.code("a `` b") == "```a `` b```")
    #expect(MarkdownText.code("two\nlines\t") == "`two lines`")
    #expect(MarkdownText.code(" \n ") == "*empty*")
    #expect(MarkdownText.code(String(repeating: "x", count: 200), bytes: 10) == "`xxxxxxxxxx…`")
  }

  @Test func proseIsNoMarkup() {
    #expect(MarkdownText.line("<b>*x*</b> @me #12") == "&lt;b&gt;\\*x\\*&lt;/b&gt; @<!-- -->me \\#<!-- -->12")
    #expect(MarkdownText.line("see http://a.b www.c.d: now") == "see http:<!-- -->//a.b www<!-- -->.c.d: now")
    #expect(MarkdownText.line("1. x") == "<!-- -->1. x")
    #expect(MarkdownText.line("- x") == "<!-- -->- x")
    #expect(MarkdownText.line("a\r\nb\u{202E}c") == "a b⟨U+202E⟩c")
  }

  @Test func tablesHaveAsManyCellsAsColumns() {
    for document in [SampleReport.document(cases: 40), HTMLReportTests.hostileDocument] {
      var columns: Int?
      for line in MarkdownReport.text(of: document).split(separator: "\n", omittingEmptySubsequences: false) {
        guard line.hasPrefix("|") else {
          columns = nil
          continue
        }
        let cells = line.replacing("\\|", with: "").count { $0 == "|" }
        if let columns { #expect(cells == columns, "\(line)") }
        columns = cells
      }
    }
  }
}

/// The rules of the schemas of JUnit's XML that tools share.
@Suite struct JUnitTests {
  private final class Reader: NSObject, XMLParserDelegate {
    var flaws: [String] = []
    var suites: [(attributes: [String: String], found: [String: Int])] = []
    private var path: [String] = []
    private static let children: [String: Set<String>] = [
      "": ["testsuites"], "testsuites": ["testsuite"], "testsuite": ["properties", "testcase"],
      "properties": ["property"], "testcase": ["failure", "error", "skipped"],
    ]
    private static let attributes: [String: (required: Set<String>, others: Set<String>)] = [
      "testsuites": (["name", "tests", "failures", "errors"], ["time"]),
      "testsuite": (
        ["name", "tests", "failures", "errors", "skipped", "timestamp", "hostname", "id", "package"], ["time"]
      ), "properties": ([], []), "property": (["name", "value"], []), "testcase": (["name", "classname"], ["time"]),
      "failure": (["message", "type"], []), "error": (["message", "type"], []), "skipped": (["message"], []),
    ]

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      if Self.children[path.last ?? ""]?.contains(name) != true { flaws.append("\(name) in \(path)") }
      let rule = Self.attributes[name] ?? ([], [])
      let keys = Set(attributes.keys)
      if !keys.isSuperset(of: rule.required) || !keys.isSubset(of: rule.required.union(rule.others)) {
        flaws.append("attributes of \(name): \(keys.sorted())")
      }
      for key in ["tests", "failures", "errors", "skipped", "id"] {
        if let value = attributes[key], Int(value) == nil { flaws.append("\(key)=\(value)") }
      }
      if let time = attributes["time"], Double(time) == nil { flaws.append("time=\(time)") }
      if let stamp = attributes["timestamp"], stamp.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/) == nil {
        flaws.append("timestamp=\(stamp)")
      }
      if name == "testsuite" { suites.append((attributes, [:])) }
      if !suites.isEmpty { suites[suites.count - 1].found[name, default: 0] += 1 }
      path.append(name)
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
      path.removeLast()
    }
  }

  @Test func documentsFollowTheSchema() throws {
    var documents = [SampleReport.document(), SampleReport.document(cases: 0), HTMLReportTests.hostileDocument]
    // Every byte, as it comes out of a decoder that repairs what is no UTF-8.
    var bytes = SampleReport.document()
    let all = String(decoding: Array(UInt8.min...UInt8.max), as: UTF8.self)
    bytes.suites[0].entries[0] = .init(name: all, answer: .init(.failed, text: all + all, reasons: [all]))
    documents.append(bytes)
    for document in documents {
      let parser = XMLParser(data: Data(JUnitReport.text(of: document).utf8))
      let reader = Reader()
      parser.delegate = reader
      #expect(parser.parse(), "\(String(describing: parser.parserError))")
      #expect(reader.flaws == [])
      #expect(reader.suites.count == document.suites.count)
      for (suite, expected) in zip(reader.suites, document.suites) {
        #expect(suite.found["testcase", default: 0] == expected.entries.count)
        for (attribute, element) in [("failures", "failure"), ("errors", "error"), ("skipped", "skipped")] {
          #expect(suite.attributes[attribute] == "\(suite.found[element, default: 0])")
        }
        #expect(suite.attributes["tests"] == "\(expected.entries.count)")
      }
    }
  }

  @Test func unknownTimesAreLeftOut() {
    var document = SampleReport.document(cases: 1)
    document.suites[0].entries[0].answer.seconds = nil
    let text = JUnitReport.text(of: document)
    #expect(text.contains("<testcase name=\"hl-000\" classname=\"main.prompted\">"))
    #expect(text.contains("<testcase name=\"hl-000\" classname=\"main.tuned\" time=\"0.118\"/>"))
  }
}
