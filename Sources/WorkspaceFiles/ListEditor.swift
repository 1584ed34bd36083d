import Domain
import Files
import Yams

/// Sets a list of texts in a mapping of a YAML file, such as `without: [examples]` of a variant, and changes nothing else in
/// the file. Taking a list away again that it has added gives back the same text.
///
/// It looks for the place, writes or removes one line (or a few words, in flow style), and reads the result. What then says
/// anything else isn't kept.
struct ListEditor {
  private let scalars: [Unicode.Scalar]
  /// The place of each line's first character.
  private let lineStarts: [Int]
  private let lineEnd: String
  /// The keys under which the mapping stands, from the left margin on.
  private let path: [String]

  /// An editor of a file's text without a byte order mark.
  init(_ text: String, path: [String]) {
    let scalars = Array(text.unicodeScalars)
    self.scalars = scalars
    self.path = path
    lineStarts = [0] + scalars.indices.filter { scalars[$0] == "\n" }.map { $0 + 1 }
    let firstEnd = scalars.firstIndex(of: "\n") ?? 0
    lineEnd = firstEnd > 0 && scalars[firstEnd - 1] == "\r" ? "\r\n" : "\n"
  }

  /// The text with a list in place of what stands under a key; without the key where the list is empty.
  func setting(_ key: String, to titles: [String]) throws(MemberEditor.Refusal) -> String {
    let text = Self.text(scalars[...])
    let mapping = try mapping(in: text)
    guard let start = mapping.mark.flatMap(place(of:)), start < scalars.count else {
      throw MemberEditor.Refusal(reason: "The variant isn't found in the file.")
    }
    let entry = mapping.first { $0.key.scalar?.string == key }
    if entry == nil, titles.isEmpty { return text }
    let value = titles.isEmpty ? nil : Variant.yaml(titles)
    let isInBraces = scalars[start] == "{"
    let edited =
      isInBraces
      ? try inFlow(key, value, entry?.key, from: start)
      : try inBlock(key, value, entry?.key, entry?.value, mapping)
    guard try says(edited, key, titles, mapping) else {
      throw MemberEditor.Refusal(reason: "`\(key)` can't be written without changing what else stands there.")
    }
    return edited
  }

  // MARK: In braces

  private func inFlow(
    _ key: String, _ value: String?, _ old: Node?, from start: Int
  ) throws(MemberEditor.Refusal) -> String {
    let (commas, end) = try marks(from: start)
    var result = scalars
    if let old {
      guard let place = old.mark.flatMap(place(of:)) else {
        throw MemberEditor.Refusal(reason: "`\(key)` isn't found.")
      }
      let before = commas.last { $0 < place }
      let after = commas.first { $0 > place }
      if let value {
        var stop = (after ?? end)
        while stop > place, " \t\r\n".unicodeScalars.contains(scalars[stop - 1]) { stop -= 1 }
        result.replaceSubrange(place..<stop, with: "\(key): \(value)".unicodeScalars)
      } else if let before {
        var stop = after ?? end
        while after == nil, stop > before, " \t\r\n".unicodeScalars.contains(scalars[stop - 1]) { stop -= 1 }
        result.removeSubrange(before..<stop)
      } else {
        var stop = (after ?? end - 1) + 1
        while stop < end, scalars[stop] == " " { stop += 1 }
        result.removeSubrange(place..<min(stop, end))
      }
    } else if let value {
      var last = end
      while last > start + 1, " \t\r\n".unicodeScalars.contains(scalars[last - 1]) { last -= 1 }
      let joint = scalars[last - 1] == "{" ? " " : scalars[last - 1] == "," ? " " : ", "
      result.insert(contentsOf: (joint + "\(key): \(value)").unicodeScalars, at: last)
    }
    return Self.text(result[...])
  }

  /// The commas between the members of a mapping in braces, and its closing brace.
  private func marks(from start: Int) throws(MemberEditor.Refusal) -> (commas: [Int], end: Int) {
    var commas: [Int] = []
    var depth = 0
    var place = start
    while place < scalars.count {
      let scalar = scalars[place]
      switch scalar {
      case "\"", "'":
        let isValue = place > 0 && " \t\n\r[{,:".unicodeScalars.contains(scalars[place - 1])
        if isValue { place = endOfQuote(place) }
      case "#" where " \t\n\r".unicodeScalars.contains(scalars[place - 1]):
        while place + 1 < scalars.count, scalars[place + 1] != "\n" { place += 1 }
      case "{", "[": depth += 1
      case "}", "]":
        depth -= 1
        if depth == 0 { return (commas, place) }
      case "," where depth == 1: commas.append(place)
      default: break
      }
      place += 1
    }
    throw MemberEditor.Refusal(reason: "The brace that closes the variant isn't found.")
  }

  private func endOfQuote(_ start: Int) -> Int {
    var place = start + 1
    while place < scalars.count, scalars[place] != scalars[start] {
      place += scalars[place] == "\\" && scalars[start] == "\"" ? 2 : 1
    }
    return min(place, scalars.count - 1)
  }

  // MARK: On lines

  private func inBlock(
    _ key: String, _ value: String?, _ old: Node?, _ oldValue: Node?, _ mapping: Node.Mapping
  ) throws(MemberEditor.Refusal) -> String {
    var result = scalars
    if let old {
      guard let line = old.mark?.line, let place = old.mark.flatMap(place(of:)),
        oldValue?.mark?.line == line, let end = endOfEntry(line, mapping)
      else { throw MemberEditor.Refusal(reason: "`\(key)` stands on several lines.", line: old.mark?.line) }
      if let value {
        result.replaceSubrange(place..<end, with: "\(key): \(value)".unicodeScalars)
      } else {
        let start = lineStarts[line - 1]
        let stop = line < lineStarts.count ? lineStarts[line] : scalars.count
        // The last line of a file without a line break at its end takes the one before it along.
        let isCut = stop == scalars.count && scalars.last != "\n" && start > 0
        result.removeSubrange((isCut ? start - lineEnd.unicodeScalars.count : start)..<stop)
      }
      return Self.text(result[...])
    }
    guard let value, let first = mapping.first?.key.mark, let firstPlace = place(of: first) else {
      throw MemberEditor.Refusal(reason: "There is nothing in the variant to go by.")
    }
    let margin = scalars[lineStarts[first.line - 1]..<firstPlace]
    guard margin.allSatisfy({ $0 == " " }) else {
      throw MemberEditor.Refusal(reason: "The variant's first key doesn't begin its line.", line: first.line)
    }
    // Behind the first key's line: nothing of a later value can be meant there.
    let isPlain = mapping.first.map { first.line == $0.value.mark?.line } ?? false
    let next = mapping.dropFirst().first?.key.mark?.line
    guard isPlain, next.map({ $0 > first.line }) ?? true else {
      throw MemberEditor.Refusal(reason: "The variant's first key stands on several lines.", line: first.line)
    }
    let line = Self.text(margin) + "\(key): \(value)"
    if first.line < lineStarts.count {
      result.insert(contentsOf: (line + lineEnd).unicodeScalars, at: lineStarts[first.line])
    } else {
      result.insert(contentsOf: (lineEnd + line).unicodeScalars, at: scalars.count)
    }
    return Self.text(result[...])
  }

  /// Behind what a key on one line says, before a comment.
  private func endOfEntry(_ line: Int, _ mapping: Node.Mapping) -> Int? {
    var place = lineStarts[line - 1]
    let stop = line < lineStarts.count ? lineStarts[line] - 1 : scalars.count
    var depth = 0
    var end = place
    scan: while place < stop {
      switch scalars[place] {
      case "\"", "'": place = min(endOfQuote(place), stop - 1)
      case "[", "{": depth += 1
      case "]", "}": depth -= 1
      default: break
      }
      if scalars[place] == "#", place > 0, scalars[place - 1] == " " { break scan }
      if !" \t\r".unicodeScalars.contains(scalars[place]) { end = place + 1 }
      place += 1
    }
    return depth == 0 ? end : nil
  }

  // MARK: Looking, and making sure

  private func place(of mark: Mark) -> Int? {
    guard (1...lineStarts.count).contains(mark.line) else { return nil }
    return lineStarts[mark.line - 1] + mark.column - 1
  }

  private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }

  private func mapping(in text: String) throws(MemberEditor.Refusal) -> Node.Mapping {
    let log = ProblemLog(file: "")
    _ = ConfigDocument(text, log: log)
    if let flaw = log.problems.first(where: { $0.severity == .error }) {
      throw MemberEditor.Refusal(
        reason: "The file has a flaw that must be fixed first: \(flaw.message)", line: flaw.line)
    }
    var node = try? Yams.compose(yaml: text, .basic)
    for key in path { node = node?.mapping?.first { $0.key.scalar?.string == key }?.value }
    guard case .mapping(let mapping)? = node else {
      throw MemberEditor.Refusal(reason: "The variant isn't found as keys of its own in the file.")
    }
    return mapping
  }

  /// Whether a text says what the old one says, but for the list.
  private func says(
    _ edited: String, _ key: String, _ titles: [String], _ before: Node.Mapping
  ) throws(MemberEditor.Refusal) -> Bool {
    guard let after = try? mapping(in: edited), var whole = try? Yams.compose(yaml: edited, .basic),
      var old = try? Yams.compose(yaml: Self.text(scalars[...]), .basic)
    else { return false }
    let list = after.first { $0.key.scalar?.string == key }?.value
    guard list?.sequence?.map({ $0.scalar?.string }) ?? [] == titles.map({ $0 }) else { return false }
    func others(_ mapping: Node.Mapping) -> [Node] {
      mapping.filter { $0.key.scalar?.string != key }.flatMap { [$0.key, $0.value] }
    }
    guard others(after) == others(before) else { return false }
    Self.remove(path[...], from: &whole)
    Self.remove(path[...], from: &old)
    return path.isEmpty || whole == old
  }

  /// Takes what stands under a path away.
  private static func remove(_ path: ArraySlice<String>, from node: inout Node) {
    guard let key = path.first, var mapping = node.mapping,
      let place = mapping.firstIndex(where: { $0.key.scalar?.string == key })
    else { return }
    var value = mapping[place].value
    if path.count == 1 { value = Node("") } else { remove(path.dropFirst(), from: &value) }
    mapping[mapping[place].key] = value
    node = .mapping(mapping)
  }
}

extension FolderWorkspaceFiles {
  /// Writes which sections a variant sends to its file, or to its lines of `assay.yaml`. Where no variant is written, all
  /// of the workspace get files.
  /// - Throws: `Problem`.
  package func set(_ choice: SectionChoice, of variant: Variant) async throws {
    var reader = WorkspaceReader(folder, registry, cases: cases)
    _ = try reader.read()
    var changed = variant
    changed.choice = choice
    if reader.impliesVariants { return try await add(changed) }
    let own = VariantFiles.path(of: variant.name)
    let isFile = WorkspaceFolder.exists(folder.path + "/" + own)
    let file = isFile ? own : WorkspaceReader.file
    do {
      let path = try folder.writing(file)
      let bytes = try FileBytes.read(path, limit: ConfigDocument.mostBytes)
      let mark: [UInt8] = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? [0xEF, 0xBB, 0xBF] : []
      guard var text = String(validating: bytes.dropFirst(mark.count), as: UTF8.self) else {
        throw Problem(file: file, message: "The file isn't UTF-8 text.")
      }
      for (key, titles, old) in [
        ("sections", choice.only ?? [], variant.sections ?? []), ("with", choice.with, variant.with),
        ("without", choice.without, variant.without),
      ] where titles != old {
        do throws(MemberEditor.Refusal) {
          text = try ListEditor(text, path: isFile ? [] : ["variants", variant.name]).setting(key, to: titles)
        } catch {
          throw Problem(
            file: file, line: error.line, key: "variants.\(variant.name).\(key)",
            message: "\(error.reason) Nothing was written; write `\(key): \(Variant.yaml(titles))` there yourself.")
        }
      }
      try folder.replace(path, with: mark + Array(text.utf8))
    } catch let problem as Problem {
      throw problem
    } catch {
      throw Problem(file: file, message: String(describing: error))
    }
  }
}
