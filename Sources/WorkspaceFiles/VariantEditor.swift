import Files
import WorkbenchCore
import Yams

/// Adds a variant to the text of `assay.yaml` and changes nothing else in it: neither a comment nor a blank.
///
/// It looks for the place, writes one line (or a few words, in flow style), and reads the result. What then says anything
/// else than the old text and the new variant isn't kept.
struct VariantEditor {
  /// Why a text can't be edited: what a person reads before the line to write.
  struct Refusal: Error {
    var reason: String
    var line: Int?
  }

  private let text: String
  private let scalars: [Unicode.Scalar]
  /// The place of each line's first character.
  private let lineStarts: [Int]
  private let lineEnd: String

  /// An editor of a file's text without a byte order mark.
  init(_ text: String) {
    self.text = text
    let scalars = Array(text.unicodeScalars)
    self.scalars = scalars
    lineStarts = [0] + scalars.indices.filter { scalars[$0] == "\n" }.map { $0 + 1 }
    let firstEnd = scalars.firstIndex(of: "\n") ?? 0
    lineEnd = firstEnd > 0 && scalars[firstEnd - 1] == "\r" ? "\r\n" : "\n"
  }

  /// The text with a variant more.
  /// - Parameter implied: variants that the workspace has without any being written, which have to be written now.
  func adding(_ variant: Variant, implied: [Variant]) throws(Refusal) -> String {
    let before = try compose(text)
    guard case .mapping(let top)? = before else { throw Refusal(reason: "The file has no keys at the left margin.") }
    let wanted = (Self.value(of: "variants", in: top) == nil ? implied : []) + [variant]
    let edit: (place: Int, text: String)
    if let value = Self.value(of: "variants", in: top) {
      guard case .mapping(let variants) = value else {
        throw Refusal(reason: "What stands under `variants` is no group of keys.", line: value.mark?.line)
      }
      if variants.contains(where: { $0.key.scalar?.string == variant.name }) {
        throw Refusal(reason: "There is a variant \"\(variant.name)\" already.", line: value.mark?.line)
      }
      edit =
        isInBraces(variants)
        ? try intoFlow(variant, variants) : try afterBlock(variant, variants, end: Self.end(after: "variants", in: top))
    } else {
      guard !isInBraces(top) else { throw Refusal(reason: "The file is written in braces and has no `variants`.") }
      edit = try newBlock(wanted, in: top)
    }
    var result = scalars
    result.insert(contentsOf: edit.text.unicodeScalars, at: edit.place)
    var view = String.UnicodeScalarView()
    view.append(contentsOf: result)
    let edited = String(view)
    guard try says(edited, top, and: wanted) else {
      throw Refusal(reason: "A line can't be put under `variants` without changing what else is written there.")
    }
    return edited
  }

  // MARK: Places

  /// Behind the last line of a block of variants, at the margin that they have.
  private func afterBlock(
    _ variant: Variant, _ variants: Node.Mapping, end: Int?
  ) throws(Refusal) -> (place: Int, text: String) {
    guard let first = variants.first?.key.mark, let last = variants.map(\.key).last?.mark else {
      throw Refusal(reason: "There is nothing under `variants` to go by.")
    }
    let margin = try self.margin(of: first)
    var line = min((end ?? lineStarts.count + 1) - 1, lineStarts.count)
    while line > last.line, isBesides(line, column: margin.count) { line -= 1 }
    return insertion([margin + variant.line], after: line)
  }

  /// Whether a line says nothing of a block: a blank, or a comment that stands further to the left.
  private func isBesides(_ line: Int, column: Int) -> Bool {
    let content = self.content(of: line)
    guard let first = content.firstIndex(where: { $0 != " " && $0 != "\t" && $0 != "\r" }) else { return true }
    return content[first] == "#" && first - content.startIndex < column
  }

  /// Before the brace that closes variants in flow style.
  private func intoFlow(_ variant: Variant, _ variants: Node.Mapping) throws(Refusal) -> (place: Int, text: String) {
    guard let mark = variants.mark, let start = place(of: mark), start < scalars.count, scalars[start] == "{" else {
      throw Refusal(reason: "The brace that opens `variants` isn't found.", line: variants.mark?.line)
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
        return (last + 1, joint + variant.line + space)
      }
      if !" \t\n\r".unicodeScalars.contains(scalar), scalar != "#" || place == last { last = place }
      place += 1
    }
    throw Refusal(reason: "The brace that closes `variants` isn't found.", line: mark.line)
  }

  private func endOfQuote(_ start: Int) -> Int {
    var place = start + 1
    while place < scalars.count, scalars[place] != scalars[start] {
      place += scalars[place] == "\\" && scalars[start] == "\"" ? 2 : 1
    }
    return min(place, scalars.count - 1)
  }

  /// A block of its own: where the key is there and empty under it, or else at the end of the file.
  private func newBlock(_ variants: [Variant], in top: Node.Mapping) throws(Refusal) -> (place: Int, text: String) {
    let lines = variants.map { "  " + $0.line }
    if let key = top.first(where: { $0.key.scalar?.string == "variants" })?.key.mark {
      return insertion(lines, after: key.line)
    }
    var last = lineStarts.count
    while last > 1, content(of: last).allSatisfy({ " \t\r".unicodeScalars.contains($0) }) { last -= 1 }
    return insertion(["", "variants:"] + lines, after: last)
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

  private func place(of mark: Mark) -> Int? {
    guard (1...lineStarts.count).contains(mark.line) else { return nil }
    return lineStarts[mark.line - 1] + mark.column - 1
  }

  /// The blanks before a key that stands first in its line.
  private func margin(of mark: Mark) throws(Refusal) -> String {
    guard let place = place(of: mark), place <= scalars.count else {
      throw Refusal(reason: "The first variant isn't found.", line: mark.line)
    }
    let margin = scalars[lineStarts[mark.line - 1]..<place]
    guard margin.allSatisfy({ $0 == " " }) else {
      throw Refusal(reason: "The first variant doesn't begin its line.", line: mark.line)
    }
    return String(repeating: " ", count: margin.count)
  }

  private static func value(of key: String, in mapping: Node.Mapping) -> Node? {
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

  private func compose(_ text: String) throws(Refusal) -> Node? {
    let log = ProblemLog(file: "")
    let document = ConfigDocument(text, log: log)
    if let flaw = log.problems.first(where: { $0.severity == .error }) {
      throw Refusal(reason: "The file has a flaw that must be mended first: \(flaw.message)", line: flaw.line)
    }
    guard !document.members.isEmpty else { return nil }
    return try? Yams.compose(yaml: text, .basic)
  }

  /// Whether a text says what these keys say, with some variants more.
  private func says(_ edited: String, _ before: Node.Mapping, and more: [Variant]) throws(Refusal) -> Bool {
    guard case .mapping(let after)? = try? compose(edited) else { return false }
    func others(_ mapping: Node.Mapping) -> [Node] {
      mapping.filter { $0.key.scalar?.string != "variants" }.flatMap { [$0.key, $0.value] }
    }
    func variants(_ mapping: Node.Mapping) -> [Node] {
      guard case .mapping(let found)? = Self.value(of: "variants", in: mapping) else { return [] }
      return found.flatMap { [$0.key, $0.value] }
    }
    var expected = variants(before)
    for variant in more {
      guard case .mapping(let line)? = try? Yams.compose(yaml: variant.line, .basic), let member = line.first else {
        return false
      }
      expected += [member.key, member.value]
    }
    return others(after) == others(before) && variants(after) == expected
  }
}

extension FolderWorkspaceFiles {
  /// Adds a variant to `assay.yaml` and leaves every other byte as it was.
  /// - Throws: `Problem` with the line to write, where that can't be done for certain.
  public func add(_ variant: Variant) async throws {
    let file = WorkspaceReader.file
    func problem(_ reason: String, _ line: Int? = nil) -> Problem {
      Problem(
        file: file, line: line, key: "variants",
        message: "\(reason) Nothing was written; add this line under variants yourself:   \(variant.line)")
    }
    let workspace = try await read()
    let bytes: [UInt8]
    let path: String
    do {
      path = try folder.writing(file)
      bytes = try FileBytes.read(path, limit: ConfigDocument.mostBytes)
    } catch { throw problem("\(error)") }
    let mark: [UInt8] = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? [0xEF, 0xBB, 0xBF] : []
    guard let text = String(validating: bytes.dropFirst(mark.count), as: UTF8.self) else {
      throw problem("The file isn't UTF-8 text.")
    }
    let edited: String
    do {
      edited = try VariantEditor(text).adding(variant, implied: workspace.variants)
    } catch { throw problem(error.reason, error.line) }
    do { try folder.replace(path, with: mark + Array(edited.utf8)) } catch { throw problem("\(error)") }
  }
}
