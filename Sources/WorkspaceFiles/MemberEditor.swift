import Domain
import Yams

/// Adds a member to a group of `assay.yaml`, such as a variant, and changes nothing else in it: neither a comment nor a
/// blank.
///
/// It looks for the place, writes one line (or a few words, in flow style), and reads the result. What then says anything
/// else than the old text and the new member isn't kept.
struct MemberEditor {
  /// A member of a group, as one line without an indent: `name: value`.
  struct Member {
    var name: String
    var line: String
  }

  /// Why a text can't be edited: what a person reads before the line to write.
  struct Refusal: Error {
    var reason: String
    var line: Int?
  }

  let text: String
  /// The key that the members stand under.
  let group: String
  let scalars: [Unicode.Scalar]
  /// The place of each line's first character.
  private let lineStarts: [Int]
  private let lineEnd: String

  /// An editor of a file's text without a byte order mark.
  /// - Parameter group: a key at the left margin.
  init(_ text: String, group: String) {
    self.text = text
    self.group = group
    let scalars = Array(text.unicodeScalars)
    self.scalars = scalars
    lineStarts = [0] + scalars.indices.filter { scalars[$0] == "\n" }.map { $0 + 1 }
    let firstEnd = scalars.firstIndex(of: "\n") ?? 0
    lineEnd = firstEnd > 0 && scalars[firstEnd - 1] == "\r" ? "\r\n" : "\n"
  }

  /// The text with a member more.
  /// - Parameter implied: members that the workspace has without any being written, which have to be written now.
  func adding(_ member: Member, implied: [Member]) throws(Refusal) -> String {
    let before = try compose(text)
    guard case .mapping(let top)? = before else { throw Refusal(reason: "The file has no keys at the left margin.") }
    let wanted = (Self.value(of: group, in: top) == nil ? implied : []) + [member]
    let edit: (place: Int, text: String)
    if let value = Self.value(of: group, in: top) {
      guard case .mapping(let members) = value else {
        throw Refusal(reason: "What stands under `\(group)` is no group of keys.", line: value.mark?.line)
      }
      if members.contains(where: { $0.key.scalar?.string == member.name }) {
        throw Refusal(reason: "There is \"\(member.name)\" under `\(group)` already.", line: value.mark?.line)
      }
      edit =
        isInBraces(members)
        ? try intoFlow(member, members) : try afterBlock(member, members, end: Self.end(after: group, in: top))
    } else {
      guard !isInBraces(top) else { throw Refusal(reason: "The file is written in braces and has no `\(group)`.") }
      edit = try newBlock(wanted, in: top)
    }
    var result = scalars
    result.insert(contentsOf: edit.text.unicodeScalars, at: edit.place)
    var view = String.UnicodeScalarView()
    view.append(contentsOf: result)
    let edited = String(view)
    guard try says(edited, top, and: wanted) else {
      throw Refusal(reason: "A line can't be put under `\(group)` without changing what else is written there.")
    }
    return edited
  }

  // MARK: Places

  /// Behind the last line of a block, at the margin that they have.
  private func afterBlock(
    _ member: Member, _ members: Node.Mapping, end: Int?
  ) throws(Refusal) -> (place: Int, text: String) {
    guard let first = members.first?.key.mark, let last = members.map(\.key).last?.mark else {
      throw Refusal(reason: "There is nothing under `\(group)` to go by.")
    }
    let margin = try self.margin(of: first)
    var line = min((end ?? lineStarts.count + 1) - 1, lineStarts.count)
    while line > last.line, isBesides(line, column: margin.count) { line -= 1 }
    return insertion([margin + member.line], after: line)
  }

  /// Whether a line says nothing of a block: a blank, or a comment that stands further to the left.
  private func isBesides(_ line: Int, column: Int) -> Bool {
    let content = self.content(of: line)
    guard let first = content.firstIndex(where: { $0 != " " && $0 != "\t" && $0 != "\r" }) else { return true }
    return content[first] == "#" && first - content.startIndex < column
  }

  /// Before the brace that closes members in flow style.
  private func intoFlow(_ member: Member, _ members: Node.Mapping) throws(Refusal) -> (place: Int, text: String) {
    guard let mark = members.mark, let start = place(of: mark), start < scalars.count, scalars[start] == "{" else {
      throw Refusal(reason: "The brace that opens `\(group)` isn't found.", line: members.mark?.line)
    }
    var depth = 0
    var last = start
    var place = start
    while place < scalars.count {
      let scalar = scalars[place]
      switch scalar {
      case "\"", "'":
        place = endOfQuote(place)
        last = place
      case "#" where place > 0 && " \t\n\r".unicodeScalars.contains(scalars[place - 1]):
        while place + 1 < scalars.count, scalars[place + 1] != "\n" { place += 1 }
      case "{", "[": depth += 1
      case "}", "]": depth -= 1
      default: break
      }
      if depth == 0 {
        let joint = scalars[last] == "{" && last == start ? " " : scalars[last] == "," ? " " : ", "
        let space = place == last + 1 && last == start ? " " : ""
        return (last + 1, joint + member.line + space)
      }
      if !" \t\n\r".unicodeScalars.contains(scalar), scalar != "#" || place == last { last = place }
      place += 1
    }
    throw Refusal(reason: "The brace that closes `\(group)` isn't found.", line: mark.line)
  }

  func endOfQuote(_ start: Int) -> Int {
    var place = start + 1
    while place < scalars.count, scalars[place] != scalars[start] {
      place += scalars[place] == "\\" && scalars[start] == "\"" ? 2 : 1
    }
    return min(place, scalars.count - 1)
  }

  /// A block of its own: where the key is there and empty under it, or else at the end of the file.
  private func newBlock(_ members: [Member], in top: Node.Mapping) throws(Refusal) -> (place: Int, text: String) {
    let lines = members.map { "  " + $0.line }
    if let key = top.first(where: { $0.key.scalar?.string == group })?.key.mark {
      return insertion(lines, after: key.line)
    }
    var last = lineStarts.count
    while last > 1, content(of: last).allSatisfy({ " \t\r".unicodeScalars.contains($0) }) { last -= 1 }
    return insertion(["", "\(group):"] + lines, after: last)
  }

  private func insertion(_ lines: [String], after line: Int) -> (place: Int, text: String) {
    let block = lines.joined(separator: lineEnd)
    if line < lineStarts.count { return (lineStarts[line], block + lineEnd) }
    return (scalars.count, lineEnd + block)
  }

  // MARK: Looking

  private func isInBraces(_ mapping: Node.Mapping) -> Bool {
    guard let place = mapping.mark.flatMap(place(of:)), place < scalars.count else { return false }
    return scalars[place] == "{"
  }

  private func content(of line: Int) -> ArraySlice<Unicode.Scalar> {
    let end = line < lineStarts.count ? lineStarts[line] - 1 : scalars.count
    return scalars[lineStarts[line - 1]..<end]
  }

  func place(of mark: Mark) -> Int? {
    guard (1...lineStarts.count).contains(mark.line) else { return nil }
    return lineStarts[mark.line - 1] + mark.column - 1
  }

  /// The blanks before a key that stands first in its line.
  private func margin(of mark: Mark) throws(Refusal) -> String {
    guard let place = place(of: mark), place <= scalars.count else {
      throw Refusal(reason: "The first member of `\(group)` isn't found.", line: mark.line)
    }
    let margin = scalars[lineStarts[mark.line - 1]..<place]
    guard margin.allSatisfy({ $0 == " " }) else {
      throw Refusal(reason: "The first member of `\(group)` doesn't begin its line.", line: mark.line)
    }
    return String(repeating: " ", count: margin.count)
  }

  static func value(of key: String, in mapping: Node.Mapping) -> Node? {
    guard let value = mapping.first(where: { $0.key.scalar?.string == key })?.value else { return nil }
    if case .scalar(let scalar) = value, ["", "~", "null"].contains(scalar.string) { return nil }
    return value
  }

  /// The line of the key that follows one; nil after the last.
  private static func end(after key: String, in mapping: Node.Mapping) -> Int? {
    let keys = mapping.map(\.key)
    guard let index = keys.firstIndex(where: { $0.scalar?.string == key }), index + 1 < keys.count else { return nil }
    return keys[index + 1].mark?.line
  }

  // MARK: Making sure

  func compose(_ text: String) throws(Refusal) -> Node? {
    let log = ProblemLog(file: "")
    let document = ConfigDocument(text, log: log)
    if let flaw = log.problems.first(where: { $0.severity == .error }) {
      throw Refusal(reason: "The file has a flaw that must be fixed first: \(flaw.message)", line: flaw.line)
    }
    guard !document.members.isEmpty else { return nil }
    return try? Yams.compose(yaml: text, .basic)
  }

  /// Whether a text says what these keys say, with some members more of the group.
  private func says(_ edited: String, _ before: Node.Mapping, and more: [Member]) throws(Refusal) -> Bool {
    guard case .mapping(let after)? = try? compose(edited) else { return false }
    func others(_ mapping: Node.Mapping) -> [Node] {
      mapping.filter { $0.key.scalar?.string != group }.flatMap { [$0.key, $0.value] }
    }
    func members(_ mapping: Node.Mapping) -> [Node] {
      guard case .mapping(let found)? = Self.value(of: group, in: mapping) else { return [] }
      return found.flatMap { [$0.key, $0.value] }
    }
    var expected = members(before)
    for member in more {
      guard case .mapping(let line)? = try? Yams.compose(yaml: member.line, .basic), let entry = line.first else {
        return false
      }
      expected += [entry.key, entry.value]
    }
    return others(after) == others(before) && members(after) == expected
  }
}
