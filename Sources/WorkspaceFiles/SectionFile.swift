import Content
import WorkbenchCore
import Yams

/// The file of a prompt's section: perhaps front matter between two lines of `---`, then the text.
///
/// Files are read and written so that what a person didn't change stays byte for byte: keys that we don't know, the
/// ends of lines, and whether the last line has one.
struct SectionFile: Equatable {
  /// The largest file that is read, in bytes.
  static let mostBytes = 4 << 20

  /// The lines between the two of `---`, without line ends; nil without front matter.
  private(set) var frontMatter: [String]?
  /// What is sent: lines end in `\n`, and one line end at the very end of the file isn't part of it.
  private(set) var body: String
  private var usesCRLF: Bool
  private var endsWithNewline: Bool
  /// What the front matter says.
  private(set) var title: String?
  private(set) var role: MessageRole?
  private(set) var isEnabled: Bool?

  /// An empty file.
  init() {
    body = ""
    usesCRLF = false
    endsWithNewline = true
  }

  /// Reads a text and notes what is wrong with it.
  init(_ text: String, log: ProblemLog) {
    // Swift takes "\r\n" for one character, so the ends of lines are looked at as scalars.
    let scalars = text.unicodeScalars
    let lineFeeds = scalars.count { $0 == "\n" }
    usesCRLF = lineFeeds > 0 && Self.count("\r\n", in: text) == lineFeeds
    let plain = usesCRLF ? Self.withoutReturns(text) : text
    endsWithNewline = plain.isEmpty || plain.unicodeScalars.last == "\n"
    var lines = Self.lines(of: plain)
    if endsWithNewline, !plain.isEmpty { lines.removeLast() }
    Self.checkUnclosed(lines, log: log)
    if let end = Self.frontMatterEnd(lines) {
      let inner = lines[1..<end].map(String.init)
      if let fields = Self.fields(inner, log: log) {
        frontMatter = inner
        lines = Array(lines[(end + 1)...])
        body = lines.joined(separator: "\n")
        read(fields)
        return
      }
    }
    body = lines.joined(separator: "\n")
  }

  private static func lines(of text: String) -> [Substring] {
    text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map(Substring.init)
  }

  private static func count(_ pair: String, in text: String) -> Int {
    var previous: Unicode.Scalar = " "
    var count = 0
    for scalar in text.unicodeScalars {
      if previous == "\r", scalar == "\n" { count += 1 }
      previous = scalar
    }
    return count
  }

  private static func withoutReturns(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    var held = false
    for scalar in text.unicodeScalars {
      if held, scalar != "\n" { result.append("\r") }
      held = scalar == "\r"
      if !held { result.append(scalar) }
    }
    if held { result.append("\r") }
    return String(result)
  }

  /// The line of the closing `---`, where the file begins with one.
  private static func frontMatterEnd(_ lines: [Substring]) -> Int? {
    guard let first = lines.first, isMark(first) else { return nil }
    return lines.indices.dropFirst().prefix(100).first { isMark(lines[$0]) }
  }

  private static func isMark(_ line: Substring) -> Bool {
    line.hasPrefix("---") && line.dropFirst(3).allSatisfy { $0 == " " }
  }

  /// The front matter's keys; nil when the lines are something else, such as text between two rules.
  private static func fields(_ lines: [String], log: ProblemLog) -> ConfigFields? {
    let inner = ProblemLog(file: log.file)
    let document = ConfigDocument("\n" + lines.joined(separator: "\n"), log: inner)
    let isEmpty = lines.allSatisfy { $0.allSatisfy(\.isWhitespace) || $0.hasPrefix("#") }
    guard isEmpty || !document.members.isEmpty else { return nil }
    for problem in inner.problems { log.add(problem.severity, line: problem.line, key: problem.key, problem.message) }
    return ConfigFields(document, log: log)
  }

  private mutating func read(_ fields: ConfigFields) {
    var fields = fields
    title = fields.text("title")
    role = fields.choice("role", among: MessageRole.allCases.map(\.rawValue)).flatMap(MessageRole.init)
    isEnabled = fields.flag("enabled")
    fields.finish(onlyLikely: true)
  }

  /// Warns when the file begins like front matter that nothing closes: all of it is sent.
  private static func checkUnclosed(_ lines: [Substring], log: ProblemLog) {
    guard let first = lines.first, isMark(first), lines.count > 1, frontMatterEnd(lines) == nil else { return }
    guard let key = key(of: String(lines[1])), ["title", "role", "enabled"].contains(key) else { return }
    log.add(
      .warning, line: 1, "The front matter is not closed by a line of ---, so it is sent as text; add that line.")
  }

  /// Changes what differs and nothing else.
  /// - Parameters:
  ///   - title: its text where it isn't what the file's name says, or where the front matter names one.
  ///   - role: likewise.
  mutating func apply(_ section: Section, named name: SectionName) {
    body = section.body
    if section.title != title ?? name.title { set("title", to: Self.yaml(section.title)) }
    if section.role != role ?? name.role { set("role", to: section.role.rawValue) }
    if section.isEnabled != isEnabled ?? true { set("enabled", to: section.isEnabled ? "true" : "false") }
    // Text that would itself be taken for front matter needs some before it.
    if frontMatter == nil, Self.frontMatterEnd(Self.lines(of: body)) != nil { frontMatter = [] }
  }

  private mutating func set(_ key: String, to value: String) {
    var lines = frontMatter ?? []
    if let index = lines.firstIndex(where: { Self.key(of: $0) == key }) {
      let old = lines[index]
      let colon = old.firstIndex(of: ":") ?? old.endIndex
      let rest = old[colon...].dropFirst()
      let comment = rest.contains("\"") || rest.contains("'") ? nil : rest.range(ofFirst: " #").map { rest[$0...] }
      lines[index] = "\(old[..<colon]): \(value)\(comment ?? "")"
      // A value that went on over indented lines ends with its first.
      while index + 1 < lines.count, lines[index + 1].hasPrefix(" ") { lines.remove(at: index + 1) }
    } else {
      lines.append("\(key): \(value)")
    }
    frontMatter = lines
  }

  private static func key(of line: String) -> String? {
    guard let colon = line.firstIndex(of: ":"), line.first != " ", line.first != "#" else { return nil }
    return String(line[..<colon].filter { $0 != "\"" && $0 != "'" && $0 != " " })
  }

  /// A text as a YAML value.
  private static func yaml(_ text: String) -> String {
    let isPlain =
      text.first?.isLetter == true && text.last?.isWhitespace == false
      && text.allSatisfy { $0.isLetter || $0.isNumber || " -_.,/()".contains($0) }
    let words = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"]
    return isPlain && !words.contains(text.lowercased()) ? text : JSONValue.string(text).text()
  }

  /// The file's text.
  var text: String {
    var lines: [String] = []
    if let frontMatter { lines = ["---"] + frontMatter + ["---"] }
    lines.append(body)
    let text = lines.joined(separator: "\n") + (endsWithNewline ? "\n" : "")
    return usesCRLF
      ? String(text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")) : text
  }
}

extension Substring {
  /// Where a text first begins.
  func range(ofFirst text: String) -> Index? {
    indices.first { self[$0...].hasPrefix(text) }
  }
}

/// What a section's file name says: `40-constraints.md` is section 40, called `constraints`.
struct SectionName: Comparable {
  /// The file's name.
  let file: String
  /// Orders the sections.
  let number: Int
  /// The name without number and extension.
  let title: String
  /// Sections up to 79 speak as the system, those from 80 on as the user.
  var role: MessageRole { number < 80 ? .system : .user }

  /// Nil when the name isn't a number, a hyphen and a name, with `.md` at the end.
  init?(_ file: String) {
    guard file.hasSuffix(".md"), !file.contains("/"), !file.contains("\0"), file.utf8.count <= 200 else { return nil }
    let stem = file.dropLast(3)
    let digits = stem.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int(digits), digits.count <= 9 else { return nil }
    let rest = stem.dropFirst(digits.count)
    guard rest.isEmpty || rest.first == "-" || rest.first == "_" || rest.first == "." else { return nil }
    self.file = file
    self.number = number
    title = rest.dropFirst().isEmpty ? String(stem) : String(rest.dropFirst())
  }

  /// By number, then by name.
  static func < (left: SectionName, right: SectionName) -> Bool {
    (left.number, left.file) < (right.number, right.file)
  }
}
