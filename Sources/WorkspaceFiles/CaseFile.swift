import Content
import Domain
import Files

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// An eval set's file: a JSON object on each line. A line that can't be used is left out and noted.
struct CaseFile: Sendable {
  /// The largest file that is read, in bytes.
  static let mostBytes = 512 << 20
  /// The longest line that is read, in bytes.
  static let mostLineBytes = 4 << 20

  /// In file order.
  private(set) var cases: [EvalCase] = []
  private(set) var problems: [Problem] = []
  /// What cases say of their own graders, by id; most say nothing.
  private(set) var graders: [String: JSONValue] = [:]
  private var digest = SHA256()

  /// A file without cases.
  init() {}

  /// Reads a file's bytes.
  init(_ bytes: [UInt8], path: String) {
    let log = ProblemLog(file: path)
    if let sentence = ForeignForm.sentence(bytes, path: path, wanted: .cases) {
      problems = [Problem(file: path, message: sentence)]
      return
    }
    var lineOfID: [String: Int] = [:]
    // The number that was last given to a case of the same input, so that equal ones are not counted through again.
    var copies: [String: Int] = [:]
    var withoutID: (first: Int, count: Int)?
    for line in LineRanges(bytes) {
      guard let text = Self.text(bytes, line, log: log) else { continue }
      guard let parsed = Self.parse(text, line: line.number, log: log) else { continue }
      var evalCase = parsed.evalCase
      if !parsed.hasID {
        withoutID = (withoutID?.first ?? line.number, (withoutID?.count ?? 0) + 1)
        let stem = evalCase.id
        while lineOfID[evalCase.id] != nil {
          let copy = (copies[stem] ?? 1) + 1
          copies[stem] = copy
          evalCase.id = "\(stem)-\(copy)"
        }
      }
      if let first = lineOfID.updateValue(line.number, forKey: evalCase.id) {
        lineOfID[evalCase.id] = first
        log.add(
          .error, line: line.number, key: "id",
          "The id \"\(evalCase.id.prefix(80))\" is on line \(first) already; this line is left out. Give it its own id."
        )
        continue
      }
      if cases.isEmpty { Self.checkKeys(text, line: line.number, log: log) }
      graders[evalCase.id] = parsed.graders
      digest.update(identity(of: evalCase))
      cases.append(evalCase)
    }
    if let withoutID {
      let count = withoutID.count == 1 ? "One case has" : "\(withoutID.count) cases have"
      log.add(
        .warning, line: withoutID.first, key: "id",
        "\(count) no id; one is made from the input, so it changes with it. Write \"id\" to keep a case's history.")
    }
    problems = log.all
  }

  /// What of a case decides how it is answered and judged; tags don't.
  private func identity(of evalCase: EvalCase) -> String {
    var parts: [JSONValue] = [.string(evalCase.id), evalCase.input, evalCase.expected ?? .null]
    if let own = graders[evalCase.id] { parts.append(own.canonical) }
    return JSONValue.array(parts).text() + "\n"
  }

  /// Rises when graders come to judge the same answers otherwise: what was scored before is scored anew then, from stored
  /// answers, and the old run keeps its scores.
  private static let gradingVersion = 2

  /// Hash of cases and the descriptions of graders.
  /// - Parameter part: some of the cases; all where nil.
  func hash(
    of part: [EvalCase]? = nil, graders: [JSONValue], countsAsWrong: Set<NoAnswer> = [], keepsReasoning: Bool = false
  ) -> ContentHash {
    var digest = part == nil ? digest : SHA256()
    for evalCase in part ?? [] { digest.update(identity(of: evalCase)) }
    digest.update(JSONValue.array(graders.map(\.canonical)).text())
    if keepsReasoning { digest.update("reasoning: keep\n") }
    for name in countsAsWrong.map(\.rawValue).sorted() { digest.update("wrong: \(name)\n") }
    digest.update("grading \(Self.gradingVersion)")
    return ContentHash(hex: digest.hex())
  }

  private static func text(_ bytes: [UInt8], _ line: LineRanges.Line, log: ProblemLog) -> String? {
    guard line.content.count <= mostLineBytes else {
      log.add(
        .error, line: line.number,
        "The line is longer than \(mostLineBytes >> 20) MiB and is left out; put long texts elsewhere.")
      return nil
    }
    guard let text = String(validating: bytes[line.content], as: UTF8.self) else {
      log.add(.error, line: line.number, "The line isn't UTF-8 text and is left out; save the file as UTF-8.")
      return nil
    }
    return text.utf8.allSatisfy({ " \t".utf8.contains($0) }) ? nil : text
  }

  /// Warns of keys that look like a slip of the fingers; others are a person's own. The first line stands for all.
  private static func checkKeys(_ text: String, line: Int, log: ProblemLog) {
    guard let object = (try? JSONValue(parsing: text))?.object else { return }
    let known = ["id", "input", "expected", "tags", "group", "weight", "graders"]
    let others = object.keys.filter { !known.contains($0) && !Self.conversationKeys.contains($0) }
    for key in known where object[key] == nil && !(key == "input" && object["messages"] != nil) {
      guard let near = Spelling.nearest(to: key, among: others) else { continue }
      log.add(.warning, line: line, key: near, "Unknown key, ignored." + ConfigFields.suggestion(key))
    }
  }

  /// A line's case, whether the line names its id, and what it says of the case's own graders.
  static func parse(
    _ text: String, line: Int, log: ProblemLog
  ) -> (evalCase: EvalCase, hasID: Bool, graders: JSONValue?)? {
    let value: JSONValue
    do {
      value = try JSONValue(parsing: text, firstLine: line)
    } catch {
      log.add(
        .error, line: line,
        "Not JSON: expected \(error.expected), found \(error.found) in column \(error.column). The line is left out.")
      return nil
    }
    guard let object = value.object else {
      log.add(
        .error, line: line,
        "Expected an object such as {\"id\": …, \"input\": {…}, \"expected\": …}; the line is left out.")
      return nil
    }
    guard let input = input(object, line: line, log: log) else {
      if object["messages"] != nil { return nil }
      let nearest = Spelling.nearest(to: "input", among: object.keys.filter { $0 != "id" })
      log.add(
        .error, line: line, key: "input",
        object["input"] == nil
          ? "The case has no \"input\" and is left out." + (nearest.map { " Rename \"\($0)\" to \"input\"." } ?? "")
          : "\"input\" must be an object or a text; the line is left out.")
      return nil
    }
    let id = object["id"].flatMap { $0.string ?? $0.number?.text }.flatMap { $0.isEmpty ? nil : $0 }
    if let id, !isUsable(id) {
      log.add(
        .error, line: line, key: "id",
        "An id is at most 200 bytes without control characters; the line is left out. Choose a shorter, plain one.")
      return nil
    }
    let expected = object["expected"].flatMap { $0.isNull ? nil : $0 }
    var evalCase = EvalCase(
      id: id ?? madeID(for: input), line: line, input: input, expected: expected,
      tags: tags(object["tags"], line: line, log: log), group: group(object["group"], line: line, log: log))
    evalCase.weight = weight(object["weight"], line: line, log: log)
    return (evalCase, id != nil, object["graders"].flatMap { $0.isNull ? nil : $0 })
  }

  /// Ids stand in tables, command lines and file names of recorded answers.
  static func isUsable(_ id: String) -> Bool {
    id.utf8.count <= 200 && id.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
  }

  /// Members that make a case a conversation; they become members of its input.
  static let conversationKeys = ["messages", "tools"]

  /// What fills the slots: an object, or a text under the name `input`; with `messages` and `tools` where the line has them.
  /// What is wrong with these is noted.
  private static func input(_ object: JSONObject, line: Int, log: ProblemLog) -> JSONValue? {
    guard let messages = object["messages"], !messages.isNull else { return slots(object["input"]) }
    func fail(_ key: String, _ message: String) {
      log.add(.error, line: line, key: key, message + " The line is left out.")
    }
    guard var input = (object["input"] == nil ? [:] : slots(object["input"]))?.object else {
      fail("input", "\"input\" must be an object or a text.")
      return nil
    }
    for key in conversationKeys where object[key] != nil && input[key] != nil {
      fail(key, "\"\(key)\" stands in the line and in its \"input\"; keep one of them.")
      return nil
    }
    input["messages"] = messages
    if let tools = object["tools"], !tools.isNull { input["tools"] = tools }
    guard Conversation(in: .object(input)) != nil else {
      fail("messages", "\"messages\" must be a list of objects with \"role\" and \"content\", at least one.")
      return nil
    }
    return .object(input)
  }

  private static func slots(_ value: JSONValue?) -> JSONValue? {
    switch value {
    case .object: value
    case .string(let text): ["input": .string(text)]
    default: nil
    }
  }

  /// The id of a case whose line has none: the same wherever the line stands.
  static func madeID(for input: JSONValue) -> String { "case-" + SHA256.hex(input.text()).prefix(8) }

  private static func group(_ value: JSONValue?, line: Int, log: ProblemLog) -> String? {
    if let value, !value.isNull, let name = value.string ?? value.number?.text, !name.isEmpty { return name }
    if let value, !value.isNull {
      log.add(
        .warning, line: line, key: "group",
        "\"group\" must be a text, the same in all cases that belong together; "
          + "it is ignored.")
    }
    return nil
  }

  private static func weight(_ value: JSONValue?, line: Int, log: ProblemLog) -> Double {
    guard let value, !value.isNull else { return 1 }
    if let weight = value.double, weight > 0, weight <= 1e9 { return weight }
    log.add(.warning, line: line, key: "weight", "\"weight\" must be a number above 0; it counts as 1.")
    return 1
  }

  private static func tags(_ value: JSONValue?, line: Int, log: ProblemLog) -> [String] {
    switch value {
    case nil, .null: return []
    case .string(let tag): return [tag]
    case .array(let values) where values.allSatisfy { $0.string != nil }: return values.compactMap(\.string)
    default:
      log.add(.warning, line: line, key: "tags", "\"tags\" must be a list of texts; it is ignored.")
      return []
    }
  }
}

/// The lines of a file, without looking at what they say.
struct LineRanges: Sequence, IteratorProtocol {
  /// One line.
  struct Line {
    /// Counted from 1.
    var number: Int
    /// The bytes without the line's end and, on the first line, without a byte order mark.
    var content: Range<Int>
    /// The bytes with the line's end.
    var whole: Range<Int>
  }

  private let bytes: [UInt8]
  private var place = 0
  private var number = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The next line; what follows the last line end is a line when there is anything.
  mutating func next() -> Line? {
    let start = place
    guard start < bytes.count else { return nil }
    number += 1
    let feed = bytes.withUnsafeBytes { buffer -> Int? in
      guard let base = buffer.baseAddress, let hit = memchr(base + start, 0x0A, buffer.count - start) else {
        return nil
      }
      return base.distance(to: UnsafeRawPointer(hit))
    }
    place = feed.map { $0 + 1 } ?? bytes.count
    var end = feed ?? bytes.count
    if end > start, bytes[end - 1] == 0x0D { end -= 1 }
    let skipsMark = start == 0 && bytes.starts(with: [0xEF, 0xBB, 0xBF])
    return Line(
      number: number, content: (skipsMark ? 3 : start)..<Swift.max(end, skipsMark ? 3 : start), whole: start..<place)
  }
}

/// Remembers eval sets by size, time and inode of their files.
final class CaseCache {
  private var files: [String: (mark: FileMark, file: CaseFile)] = [:]

  /// The cases of a file: those read before, if it is still the same.
  /// - Throws: `PathError` or `FileError`.
  func file(_ path: String, in folder: WorkspaceFolder) throws -> CaseFile {
    let absolute = try folder.reading(path)
    let mark = FileMark(absolute)
    if let mark, let known = files[path], known.mark == mark { return known.file }
    let file = CaseFile(try FileBytes.read(absolute, limit: CaseFile.mostBytes), path: path)
    files[path] = mark.flatMap { $0.isSettled ? ($0, file) : nil }
    return file
  }
}
