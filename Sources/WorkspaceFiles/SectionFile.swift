import Content
import Domain
import Yams

/// The file of a prompt's section: perhaps front matter between two lines of `---`, then the text.
///
/// Front matter stands at the very beginning and has keys that we know; any other block between two lines of `---` is
/// text. Files are read and written so that what a person didn't change stays byte for byte: a byte order mark, the end of
/// each line, and whether the last line has one. None of these is sent.
struct SectionFile: Equatable {
  /// The largest file that is read, in bytes.
  static let mostBytes = 4 << 20
  /// The keys of the front matter.
  private static let keys = ["title", "role", "enabled"]

  /// A line with what ends it: `\n`, `\r\n`, `\r`, or nothing at the end of the file.
  private struct Line: Equatable {
    var text: String
    var end: String

    init(_ text: String, _ end: String) {
      self.text = text
      self.end = end
    }
  }

  /// Byte order marks at the beginning.
  private var mark = ""
  /// The lines of `---` around the front matter, and those between; nil without front matter.
  private var opening = Line("---", "\n")
  private var frontMatter: [Line]?
  private var closing = Line("---", "\n")
  private var lines: [Line] = []
  /// What the front matter says.
  private(set) var title: String?
  private(set) var role: MessageRole?
  private(set) var isEnabled: Bool?

  /// What is sent: lines end in `\n`, and one line end at the very end of the file isn't part of it.
  var body: String { lines.map(\.text).joined(separator: "\n") }
  /// The line at which the text begins, counted from 1.
  var firstLine: Int { frontMatter.map { $0.count + 3 } ?? 1 }

  /// An empty file.
  init() {}

  /// Reads a text and notes what is wrong with it.
  init(_ text: String, log: ProblemLog) {
    let marks = text.unicodeScalars.prefix { $0 == "\u{FEFF}" }
    mark = String(marks)
    lines = Self.lines(of: text.unicodeScalars[marks.endIndex...])
    let texts = lines.map(\.text)
    Self.checkUnclosed(texts, log: log)
    guard let end = Self.frontMatterEnd(texts) else { return }
    guard let fields = Self.fields(Array(texts[1..<end]), log: log) else { return }
    opening = lines[0]
    frontMatter = Array(lines[1..<end])
    closing = lines[end]
    lines.removeFirst(end + 1)
    read(fields)
  }

  /// The lines of a text; Swift takes "\r\n" for one character, so scalars are looked at.
  private static func lines(of text: Substring.UnicodeScalarView) -> [Line] {
    var lines: [Line] = []
    var start = text.startIndex
    while let hit = text[start...].firstIndex(where: { $0 == "\n" || $0 == "\r" }) {
      var end = text.index(after: hit)
      if text[hit] == "\r", end < text.endIndex, text[end] == "\n" { end = text.index(after: end) }
      lines.append(Line(String(text[start..<hit]), String(text[hit..<end])))
      start = end
    }
    if start < text.endIndex { lines.append(Line(String(text[start...]), "")) }
    return lines
  }

  /// The line of the closing `---`, where the file begins with one.
  private static func frontMatterEnd(_ lines: [String]) -> Int? {
    guard let first = lines.first, isMark(first) else { return nil }
    return lines.indices.dropFirst().prefix(100).first { isMark(lines[$0]) }
  }

  private static func isMark(_ line: String) -> Bool {
    line.hasPrefix("---") && line.dropFirst(3).allSatisfy { $0 == " " }
  }

  /// The front matter's keys; nil when the lines are text between two rules, which they are unless there are none or one
  /// of them has a key that we know.
  private static func fields(_ lines: [String], log: ProblemLog) -> ConfigFields? {
    let inner = ProblemLog(file: log.file)
    let document = ConfigDocument("\n" + lines.joined(separator: "\n"), log: inner)
    let isEmpty = lines.allSatisfy { $0.allSatisfy(\.isWhitespace) }
    let written = lines.map { key(of: $0) }
    let names = document.members.compactMap { $0.key.scalar?.string } + written.compactMap(\.self)
    guard isEmpty || names.contains(where: keys.contains) else {
      for (index, name) in written.enumerated() {
        guard let name, let near = Spelling.nearest(to: name, among: keys) else { continue }
        log.add(
          .warning, line: index + 2, key: name,
          "\"\(name)\" is no key of the front matter, so these lines are sent as text." + ConfigFields.suggestion(near))
        break
      }
      return nil
    }
    for problem in inner.problems { log.add(problem.severity, line: problem.line, key: problem.key, problem.message) }
    return ConfigFields(document, log: log)
  }

  private mutating func read(_ fields: ConfigFields) {
    var fields = fields
    title = fields.text("title")
    role = fields.choice("role", among: MessageRole.ofSections.map(\.rawValue)).flatMap(MessageRole.init)
    isEnabled = fields.flag("enabled")
    fields.finish(
      advice: " To send these lines as text, put an empty block (two lines of ---) before them.")
  }

  /// Warns when the file begins like front matter that nothing closes: all of it is sent.
  private static func checkUnclosed(_ lines: [String], log: ProblemLog) {
    guard let first = lines.first, isMark(first), lines.count > 1, frontMatterEnd(lines) == nil else { return }
    guard let key = key(of: lines[1]), keys.contains(key) else { return }
    log.add(
      .warning, line: 1, "The front matter is not closed by a line of ---, so it is sent as text; add that line.")
  }

  /// Changes what differs and nothing else.
  /// - Parameters:
  ///   - title: its text where it isn't what the file's name says, or where the front matter names one.
  ///   - role: likewise.
  mutating func apply(_ section: Section, named name: SectionName) {
    let texts = Self.lines(of: section.body.unicodeScalars[...]).map(\.text)
    // A text that ends with a line end has one more line, which is empty.
    let endsEmpty = section.body.unicodeScalars.last.map { $0 == "\n" || $0 == "\r" } ?? false
    set(lines: texts + (endsEmpty ? [""] : []))
    if section.title != title ?? name.title { set("title", to: Self.yaml(section.title)) }
    if section.role != role ?? name.role { set("role", to: section.role.rawValue) }
    if section.isEnabled != isEnabled ?? true { set("enabled", to: section.isEnabled ? "true" : "false") }
    // Text that would itself be taken for front matter needs some before it.
    guard frontMatter == nil, let end = Self.frontMatterEnd(lines.map(\.text)) else { return }
    let inner = lines[1..<end].map(\.text)
    if Self.fields(inner, log: ProblemLog(file: "")) != nil {
      (opening, frontMatter, closing) = (Line("---", usualEnd), [], Line("---", usualEnd))
    }
  }

  /// What most lines end with.
  private var usualEnd: String {
    let all = (frontMatter.map { [opening] + $0 + [closing] } ?? []) + lines
    let counts = Dictionary(all.map { ($0.end, 1) }, uniquingKeysWith: +).filter { !$0.key.isEmpty }
    return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? "\n"
  }

  /// Replaces the text. Lines that stay keep their ends, new ones get the usual one, and the last has one if the last had
  /// one before.
  private mutating func set(lines new: [String]) {
    let old = lines.map(\.text)
    func isSame(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }
    guard old != new || !zip(old, new).allSatisfy(isSame), !(old == [""] && new.isEmpty) else { return }
    let usual = usualEnd
    let endsWithoutNewline = lines.last?.end.isEmpty == true
    var ends = [String](repeating: "", count: new.count)
    let common = min(old.count, new.count)
    let head = (0..<common).first { !isSame(old[$0], new[$0]) } ?? common
    let rest = common - head
    let tail = (0..<rest).first { !isSame(old[old.count - 1 - $0], new[new.count - 1 - $0]) } ?? rest
    for index in 0..<head { ends[index] = lines[index].end }
    for index in 0..<tail { ends[new.count - 1 - index] = lines[old.count - 1 - index].end }
    let (before, after) = (head..<old.count - tail, head..<new.count - tail)
    if before.count <= 2000, after.count <= 2000 {
      var gone: Set<Int> = []
      var come: Set<Int> = []
      for change in new[after].difference(from: old[before]) {
        switch change {
        case .remove(let offset, _, _): gone.insert(head + offset)
        case .insert(let offset, _, _): come.insert(head + offset)
        }
      }
      for (from, to) in zip(before.filter { !gone.contains($0) }, after.filter { !come.contains($0) }) {
        ends[to] = lines[from].end
      }
    }
    lines = zip(new, ends).map { Line($0, $1.isEmpty ? usual : $1) }
    if endsWithoutNewline, !lines.isEmpty { lines[lines.count - 1].end = "" }
  }

  private mutating func set(_ key: String, to value: String) {
    if frontMatter == nil { (opening, closing) = (Line("---", usualEnd), Line("---", usualEnd)) }
    var lines = frontMatter ?? []
    if let index = lines.firstIndex(where: { Self.key(of: $0.text) == key }) {
      let old = lines[index].text
      let colon = old.firstIndex(of: ":") ?? old.endIndex
      let rest = old[colon...].dropFirst()
      let comment = rest.contains("\"") || rest.contains("'") ? nil : rest.range(ofFirst: " #").map { rest[$0...] }
      lines[index].text = "\(old[..<colon]): \(value)\(comment ?? "")"
      // A value that went on over indented lines ends with its first.
      while index + 1 < lines.count, lines[index + 1].text.hasPrefix(" ") { lines.remove(at: index + 1) }
    } else {
      lines.append(Line("\(key): \(value)", usualEnd))
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
    var all = lines
    if let frontMatter {
      all = [opening] + frontMatter + [Line(closing.text, closing.end.isEmpty ? usualEnd : closing.end)] + lines
    } else if lines.isEmpty, mark.isEmpty {
      all = [Line("", "\n")]  // a file that is made ends with a line end, also where it is empty
    }
    return mark + all.map { $0.text + $0.end }.joined()
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
