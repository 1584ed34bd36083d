import Content
import Domain

/// One line of an eval set's file, changed member by member: what stays the same keeps its bytes.
struct CaseLine {
  private struct Member {
    var key: String
    var value: Range<Int>
  }

  private var bytes: [UInt8]
  private let isSpaced: Bool
  private let isASCII: Bool

  /// A line that holds a JSON object.
  init(_ bytes: some Sequence<UInt8>) {
    let bytes = Array(bytes)
    isSpaced = Self.members(of: bytes).first.map { bytes[$0.value.lowerBound - 1] == 0x20 } ?? true
    isASCII = bytes.allSatisfy { $0 < 0x80 } && String(decoding: bytes, as: UTF8.self).contains("\\u")
    self.bytes = bytes
  }

  /// The line for a case: changed where it says something else.
  /// - Parameter old: the case that the line stands for now.
  mutating func replace(_ old: EvalCase, hasID: Bool, with new: EvalCase) -> [UInt8] {
    if new.id != old.id || (!hasID && new.input != old.input) { set("id", .string(new.id), first: true) }
    if new.input != old.input { replaceInput(with: new.input) }
    if new.expected != old.expected { set("expected", new.expected ?? .null) }
    if new.tags != old.tags { set("tags", .array(new.tags.map { .string($0) })) }
    return bytes
  }

  /// Changes the slots, and the conversation where the line has it outside of `input`.
  private mutating func replaceInput(with new: JSONValue) {
    var new = new
    let members = Self.members(of: bytes)
    if members.contains(where: { $0.key == "messages" }), var slots = new.object {
      for key in CaseFile.conversationKeys {
        if slots[key] != nil || members.contains(where: { $0.key == key }) { set(key, slots[key] ?? .null) }
        slots[key] = nil
      }
      new = .object(slots)
      guard !slots.isEmpty || members.contains(where: { $0.key == "input" }) else { return }
    }
    let wasText = Self.members(of: bytes).last { $0.key == "input" }.map { bytes[$0.value.lowerBound] == 0x22 }
    let text = new.object?.count == 1 ? new["input"]?.string : nil
    set("input", wasText == true ? text.map { .string($0) } ?? new : new)
  }

  /// A new line for a case, laid out like this one.
  /// - Parameter graders: what it says of the case's own graders.
  func line(for evalCase: EvalCase, graders: JSONValue?) -> [UInt8] {
    var object: JSONObject = ["id": .string(evalCase.id), "input": evalCase.input]
    object["expected"] = evalCase.expected
    if !evalCase.tags.isEmpty { object["tags"] = .array(evalCase.tags.map { .string($0) }) }
    if let group = evalCase.group { object["group"] = .string(group) }
    if evalCase.weight != 1 { object["weight"] = JSONValue(evalCase.weight) }
    object["graders"] = graders
    return text(of: .object(object))
  }

  private func text(of value: JSONValue) -> [UInt8] {
    let text = value.text(isSpaced ? .spaced : .compact)
    return isASCII ? Self.escaped(text) : Array(text.utf8)
  }

  /// Everything beyond ASCII as `\u` escapes, as the rest of the line has it.
  private static func escaped(_ text: String) -> [UInt8] {
    var result: [UInt8] = []
    for unit in text.utf16 {
      if unit < 0x80 {
        result.append(UInt8(unit))
      } else {
        let digits = String(unit, radix: 16)
        result += Array(("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
      }
    }
    return result
  }

  private mutating func set(_ key: String, _ value: JSONValue, first: Bool = false) {
    let members = Self.members(of: bytes)
    let text = text(of: value)
    if let member = members.last(where: { $0.key == key }) {
      bytes.replaceSubrange(member.value, with: text)
      return
    }
    let pair = Array("\"\(key)\":\(isSpaced ? " " : "")".utf8) + text
    let comma = Array(isSpaced ? ", ".utf8 : ",".utf8)
    if first || members.isEmpty {
      let start = (bytes.firstIndex(of: UInt8(ascii: "{")) ?? -1) + 1
      bytes.insert(contentsOf: pair + (members.isEmpty ? [] : comma), at: start)
    } else if let last = members.last {
      bytes.insert(contentsOf: comma + pair, at: last.value.upperBound)
    }
  }

  /// Where the values of the outermost object stand. The line must be JSON.
  private static func members(of bytes: [UInt8]) -> [Member] {
    var members: [Member] = []
    var place = 0
    func skip(_ set: String) { while place < bytes.count, set.utf8.contains(bytes[place]) { place += 1 } }
    func skipString() {
      place += 1
      while place < bytes.count, bytes[place] != 0x22 { place += bytes[place] == 0x5C ? 2 : 1 }
      place += 1
    }
    func skipValue() {
      var depth = 0
      while place < bytes.count {
        switch bytes[place] {
        case 0x22: skipString()
        case UInt8(ascii: "{"), UInt8(ascii: "["):
          depth += 1
          place += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
          guard depth > 0 else { return }
          depth -= 1
          place += 1
        case UInt8(ascii: ",") where depth == 0: return
        default: place += 1
        }
        if depth == 0, place < bytes.count, ",} \t\r".utf8.contains(bytes[place]) { return }
      }
    }
    skip(" \t\u{FEFF}{")
    while place < bytes.count, bytes[place] == 0x22 {
      let start = place
      skipString()
      guard place <= bytes.count, let key = try? JSONValue(parsing: bytes[start..<place]).string else { return members }
      skip(" \t:")
      let value = place
      skipValue()
      members.append(Member(key: key, value: value..<min(place, bytes.count)))
      skip(" \t,")
    }
    return members
  }
}

/// Changes of an eval set's file.
enum CaseFileEditor {
  /// The file's bytes after an edit: the same but for one line.
  /// - Throws: `Problem`.
  static func apply(_ edit: CaseEdit, to bytes: [UInt8], path: String) throws -> [UInt8] {
    if let sentence = ForeignForm.sentence(bytes, path: path, wanted: .cases) {
      throw Problem(file: path, message: sentence)
    }
    let file = CaseFile(bytes, path: path)
    let lines = Array(LineRanges(bytes))
    func line(of id: String) throws -> LineRanges.Line {
      guard let number = file.cases.first(where: { $0.id == id })?.line, number <= lines.count else {
        throw Problem(
          file: path, key: "id", message: "There is no case \"\(id)\" any more; the file was changed meanwhile.")
      }
      return lines[number - 1]
    }
    func checkNew(_ evalCase: EvalCase) throws {
      guard !evalCase.id.isEmpty, CaseFile.isUsable(evalCase.id), evalCase.input.object != nil else {
        throw Problem(
          file: path, message: "A case needs an id of at most 200 plain characters, and an input that is an object.")
      }
      if let twin = file.cases.first(where: { $0.id == evalCase.id }) {
        throw Problem(
          file: path, line: twin.line, key: "id",
          message: "There is a case \"\(evalCase.id)\" on line \(twin.line) already; choose another id.")
      }
    }
    var result = bytes
    switch edit {
    case .replace(let id, let new):
      let line = try line(of: id)
      if new.id != id { try checkNew(new) }
      let log = ProblemLog(file: path)
      let text = String(decoding: bytes[line.content], as: UTF8.self)
      guard let parsed = CaseFile.parse(text, line: line.number, log: log) else { return bytes }
      var old = parsed.evalCase
      old.id = id
      var editor = CaseLine(bytes[line.content])
      result.replaceSubrange(line.content, with: editor.replace(old, hasID: parsed.hasID, with: new))
    case .insert(let new, let after):
      try checkNew(new)
      let before = try after.map { try line(of: $0) } ?? lines.last
      let model = CaseLine(bytes[(before ?? lines.first)?.content ?? 0..<0])
      let usesCRLF = lines.first.map { $0.whole.count - $0.content.count >= 2 && bytes[$0.content.upperBound] == 0x0D }
      let lineEnd: [UInt8] = usesCRLF == true ? [0x0D, 0x0A] : [0x0A]
      let place = before?.whole.upperBound ?? 0
      let isOpen = place > 0 && bytes[place - 1] != 0x0A
      // What comes behind another case is a copy of it.
      let copied = after.flatMap { file.graders[$0] }
      let text = model.line(for: new, graders: copied)
      result.insert(contentsOf: isOpen ? lineEnd + text : text + lineEnd, at: place)
    case .delete(let id):
      result.removeSubrange(try line(of: id).whole)
    }
    return result
  }
}
