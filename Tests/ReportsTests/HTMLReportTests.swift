import Content
import Foundation
import Testing

@testable import Reports

@Suite struct HTMLReportTests {
  /// What a model, a file or a server may send to break a page.
  static let hostile =
    "</pre></details></style><script>alert(1)</script><img src=x onerror=alert(2)>\u{1B}[31m\u{0}\u{7F}\u{85}\u{202E}evil\u{2066}"
    + "\u{200B}\u{FEFF}\u{2028}\u{FFFF}\u{E0041}\"'`|&amp;&#x3c; ]]> --> javascript:x"

  /// A report in which every text is hostile.
  static var hostileDocument: ReportDocument {
    var document = SampleReport.document()
    func bad(_ text: inout String) { text += hostile }
    bad(&document.title)
    bad(&document.set)
    bad(&document.made)
    bad(&document.version)
    bad(&document.verdict.recommendation)
    bad(&document.verdict.headline)
    bad(&document.verdict.confidence)
    document.verdict.objections = [hostile]
    document.verdict.flips = [hostile]
    document.verdict.lines = [.init(.against, hostile, source: hostile)]
    document.verdict.missing = [.init(hostile, command: hostile)]
    document.sides = document.sides.map { $0 + hostile }
    for place in document.variants.indices {
      bad(&document.variants[place].name)
      bad(&document.variants[place].model)
      bad(&document.variants[place].prompt)
      bad(&document.variants[place].cases)
      document.variants[place].cost = hostile
    }
    document.comparison?.sentence += hostile
    document.comparison?.notes = [hostile]
    document.breakdowns = document.breakdowns.map {
      .init(
        title: $0.title + hostile,
        rows: $0.rows.map { .init(name: $0.name + hostile, cases: $0.cases, scores: $0.scores) })
    }
    for place in document.confusions.indices {
      bad(&document.confusions[place].variant)
      document.confusions[place].field = hostile
      document.confusions[place].labels = document.confusions[place].labels.map { $0 + hostile }
    }
    document.cost?.sentence += hostile
    document.cost?.exact = [hostile]
    document.cost?.missing = [hostile]
    document.cost?.tornado = [.init(name: hostile, atLow: -1, atHigh: .nan, range: hostile)]
    for place in document.cases.indices {
      bad(&document.cases[place].id)
      document.cases[place].tags.append(hostile)
      bad(&document.cases[place].input)
      document.cases[place].expected = hostile
      document.cases[place].answers = document.cases[place].answers.map {
        $0.map { .init($0.standing, text: $0.text.map { $0 + hostile }, reasons: [hostile]) }
      }
    }
    document.suites = document.suites.map { suite in
      .init(
        variant: suite.variant + hostile, set: suite.set + hostile, run: suite.run, started: suite.started,
        entries: suite.entries.map {
          .init(
            name: $0.name + hostile,
            answer: .init($0.answer.standing, text: $0.answer.text.map { $0 + hostile }, reasons: [hostile, hostile]))
        })
    }
    return document
  }

  /// Elements that a page is made of.
  static let elements: Set<String> = [
    "!doctype", "html", "head", "meta", "title", "style", "body", "header", "main", "footer", "nav", "section", "h1",
    "h2",
    "h3", "h4", "p", "a", "b", "i", "div", "span", "ul", "li", "code", "pre", "bdi", "ins", "del", "table", "thead",
    "tbody", "tr", "th", "td", "figure", "figcaption", "svg", "path", "rect", "details", "summary",
  ]
  static let attributes: Set<String> = [
    "lang", "charset", "http-equiv", "content", "name", "class", "id", "href", "scope", "aria-label", "aria-hidden",
    "role",
    "viewBox", "preserveAspectRatio", "d", "x", "y", "width", "height", "dir", "title", "open",
  ]

  /// What a tag of a page has that ours don't, and elements that aren't closed in order.
  static func flaws(of page: String) -> [String] {
    var flaws: [String] = []
    var open: [String] = []
    var rest = page[...]
    while let start = rest.firstIndex(of: "<") {
      rest = rest[rest.index(after: start)...]
      guard let end = rest.firstIndex(of: ">") else { return flaws + ["an open tag"] }
      let tag = rest[..<end]
      rest = rest[rest.index(after: end)...]
      if tag.hasPrefix("/") {
        if open.last != String(tag.dropFirst()) { flaws.append("</\(tag.dropFirst())> within \(open.suffix(3))") }
        if !open.isEmpty { open.removeLast() }
        continue
      }
      let name = String(tag.prefix { !$0.isWhitespace && $0 != "/" })
      if !elements.contains(name.lowercased()) { flaws.append("element \(name)") }
      var values = String(tag.dropFirst(name.count)).replacing(/"[^"]*"/, with: "")
      let isEmpty = values.hasSuffix("/") || ["meta", "!doctype"].contains(name)
      values = values.replacing("=", with: " ").replacing("/", with: " ")
      for attribute in values.split(separator: " ") where name != "!doctype" && !attributes.contains(String(attribute))
      {
        flaws.append("attribute \(attribute) of \(name)")
      }
      if name == "style", let close = rest.range(of: "</style>") { rest = rest[close.lowerBound...] }
      if !isEmpty { open.append(name) }
    }
    return open.isEmpty ? flaws : flaws + ["not closed: \(open)"]
  }

  @Test func pagesAreWellFormed() {
    #expect(Self.flaws(of: HTMLReport.text(of: SampleReport.document())) == [])
    let empty = ReportDocument(
      title: "", set: "", made: "", version: "",
      verdict: .init(recommendation: "Undecided", direction: .unknown, headline: "nothing is known", confidence: "Low.")
    )
    #expect(Self.flaws(of: HTMLReport.text(of: empty)) == [])
    #expect(HTMLReport.text(of: empty).contains("assay eval"))
    #expect(Self.flaws(of: "<p><script src=\"x\">y</p>").count == 4, "the check itself sees flaws")
  }

  @Test func hostileTextsStayTexts() {
    let page = HTMLReport.text(of: Self.hostileDocument)
    #expect(Self.flaws(of: page) == [])
    for scalar in page.unicodeScalars {
      let value = scalar.value
      let isHidden =
        value < 0x20 && value != 0x0A || (0x7F..<0xA0).contains(value) || (0x202A...0x202E).contains(value)
        || (0x2060...0x206F).contains(value) || [0x200B, 0xFEFF, 0x2028, 0xFFFF, 0xE0041].contains(value)
      if isHidden { Issue.record("U+\(String(value, radix: 16)) is in the page") }
    }
    #expect(page.contains("&lt;script&gt;alert(1)") && page.contains("⟨U+202E⟩") && page.contains("␛[31m"))
  }

  @Test func nothingIsFetchedAndNoScriptRuns() throws {
    let page = HTMLReport.text(of: Self.hostileDocument)
    let sheet = try #require(page.firstMatch(of: /<style>((?s).*?)<\/style>/)?.1)
    var hash = SHA256()
    hash.update(String(sheet))
    let digest = Data(hash.digest()).base64EncodedString()
    #expect(
      page.contains("content=\"default-src 'none'; style-src 'sha256-\(digest)'; base-uri 'none'; form-action 'none'\"")
    )
    #expect(!sheet.contains("url(") && !sheet.contains("@import") && !page.contains("style=\""))
    for link in page.matches(of: /href="([^"]*)"/) { #expect(link.1.hasPrefix("#")) }
  }

  @Test(arguments: ["<", "\u{202E}", "作", "word "])
  func aThousandCasesFitIntoTwoMegabytes(character: String) {
    let document = SampleReport.document(cases: 1_000) { number in
      String(repeating: character, count: number % 50 == 0 ? 5_000 : 500)
    }
    let page = HTMLReport.text(of: document)
    #expect(page.utf8.count <= HTMLReport.mostBytes)
    #expect(page.contains("Cut here; "))
    #expect(page.matches(of: /<details class="case">/).count == 1_000)
  }

  @Test func shortTextsAreNotCut() {
    let page = HTMLReport.text(of: SampleReport.document(cases: 300))
    #expect(!page.contains("Cut here") && !page.contains("class=\"cut\""))
  }

  @Test func moreCasesThanFitAreCounted() {
    let page = HTMLReport.text(of: SampleReport.document(cases: 1_200))
    #expect(page.matches(of: /<details class="case">/).count == HTMLReport.mostCases)
    #expect(page.contains("200 more cases not shown"))
    // Those that tell the sides apart come first.
    #expect(page.contains(">Only <bdi>tuned</bdi> right "))
  }

  @Test func everyCaseHasAnAnchorOfItsOwn() {
    let ids = [
      "a b", "a_20b", "a-b", "a\u{301}", "á", String(repeating: "x", count: 500), String(repeating: "x", count: 501),
      "",
    ]
    let anchors = ids.map { HTMLText.anchor(ofCase: $0) }
    #expect(Set(anchors).count == ids.count)
    #expect(anchors.allSatisfy { $0.wholeMatch(of: /case-[A-Za-z0-9._-]*/) != nil && $0.utf8.count < 220 })
    let page = HTMLReport.text(of: SampleReport.document(cases: 20))
    let found = page.matches(of: /id="(case-[^"]*)"/).map { String($0.1) }
    #expect(found.count == 20 && Set(found).count == 20)
  }

  @Test func differencesOfAnswersAreMarked() {
    let page = HTMLReport.text(of: SampleReport.document())
    #expect(page.contains("<del>sync</del>") && page.contains("<ins>billing</ins>"))
  }

  @Test func costsAreDrawn() {
    var document = SampleReport.document()
    #expect(HTMLReport.text(of: document).contains("Both have cost $17,500 after 10 months"))
    document.cost?.perMonth = .init(prompted: 100, tuned: 100, investment: 0)
    #expect(HTMLReport.text(of: document).contains("never catches up"))
    document.cost?.perMonth = .init(prompted: 100, tuned: 99, investment: 1e6)
    #expect(HTMLReport.text(of: document).contains("beyond the chart"))
    for month in [(0.0, 0.0, 0.0), (.infinity, 1, 1), (1, .nan, 2), (1, 1, -5)] {
      document.cost?.perMonth = .init(prompted: month.0, tuned: month.1, investment: month.2)
      #expect(!HTMLReport.text(of: document).contains("nan"))
    }
    #expect([0.3, 1, 1.01, 7, 31_500, 99_999].map(HTMLReport.round(above:)) == [0.4, 1, 2, 8, 40_000, 100_000])
  }

  @Test func aSingleSideIsShownByItself() {
    var document = SampleReport.document()
    document.sides = ["prompted"]
    document.comparison = nil
    for place in document.cases.indices { document.cases[place].answers.removeLast() }
    let page = HTMLReport.text(of: document)
    #expect(Self.flaws(of: page) == [] && page.contains(">Failed ") && !page.contains("id=\"compared\""))
  }
}
