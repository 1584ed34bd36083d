import Content
import Domain
import Formats
import Yams

/// What is wrong with one file, as it is found.
final class ProblemLog {
  /// The file, relative to the workspace.
  let file: String
  private(set) var problems: [Problem] = []
  private var left = 0
  private static let most = 100

  /// A log of a file without problems.
  init(file: String) { self.file = file }

  /// Notes a problem; after a hundred the others are only counted.
  func add(_ severity: Problem.Severity, line: Int?, key: String? = nil, _ message: @autoclosure () -> String) {
    guard problems.count < Self.most else {
      left += 1
      return
    }
    problems.append(Problem(severity, file: file, line: line, key: key, message: message()))
  }

  /// The problems, with a last one that counts those left out.
  var all: [Problem] {
    guard left > 0 else { return problems }
    return problems + [Problem(.warning, file: file, message: "And \(left) more problems of the same kind.")]
  }
}

/// A YAML file read so far that its parts can be looked at one by one: a syntax error costs only the part it stands in,
/// and a key that is written twice only its first value.
///
/// The text may come from anybody. Size, nesting and aliases are bounded before the parser sees it, because aliases can
/// make a few lines stand for billions of values.
struct ConfigDocument {
  /// The largest file that is read, in bytes.
  static let mostBytes = 1 << 20
  private static let mostDepth = 64
  private static let mostAliases = 500
  private static let mostDuplicates = 20
  /// Begins a key that was written again later: a private-use character, which no name has.
  static let shadow: Character = "\u{E000}"

  /// The members of the top level, each with the part of the file that it stands in.
  private(set) var members: [(key: Node, value: Node)] = []

  /// Keys that the file may have, for sentences.
  private let keys: String

  /// Reads a text and notes what is wrong with it.
  init(_ text: String, keys: String = "`models:` and `variants:`", log: ProblemLog) {
    self.keys = keys
    if let danger = Self.danger(in: text) {
      log.add(.error, line: danger.line, danger.message)
      return
    }
    switch Self.compose(text, log: log) {
    case .success(let node): add(node, log: log)
    case .failure(let flaw):
      log.add(.error, line: flaw.line, flaw.message)
      for part in Self.parts(of: text) {
        if case .success(let node) = Self.compose(part, log: ProblemLog(file: log.file)) { add(node, log: log) }
      }
    }
  }

  private mutating func add(_ node: Node?, log: ProblemLog) {
    switch node {
    case .mapping(let mapping): members += mapping.map { ($0.key, $0.value) }
    case nil: break
    case .scalar(let scalar) where scalar.string.isEmpty: break
    case let node?:
      log.add(.error, line: node.mark?.line, "Expected keys such as \(keys) at the left margin.")
    }
  }

  /// Why a text isn't read, and where.
  private struct Flaw: Error {
    var line: Int?
    var message: String
  }

  private static func compose(_ text: String, log: ProblemLog) -> Result<Node?, Flaw> {
    var text = text
    // Each is a reading of all of the text again.
    let most = max(1, min(mostDuplicates, mostBytes / max(1, text.utf8.count)))
    for _ in 0...most {
      do {
        return .success(try Yams.compose(yaml: text, .basic))  // `ConfigValue` has its own, stricter rules
      } catch let error as YamlError {
        guard case .duplicatedKeysInMapping(let names, let context) = error else { return .failure(flaw(error)) }
        let line = context.mark.line
        let name = names.first ?? "a key"
        log.add(
          .error, line: line, key: name,
          "\"\(name)\" is written twice in the same place, and only the last one counts: remove or rename one.")
        guard shadowKey(at: context.mark, in: &text) else {
          return .failure(Flaw(line: line, message: "A key is written twice; remove one of them."))
        }
      } catch {
        return .failure(Flaw(line: nil, message: String(describing: error)))
      }
    }
    return .failure(Flaw(line: nil, message: "Keys are written twice in the same place; remove them."))
  }

  private static func flaw(_ error: YamlError) -> Flaw {
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let place = context.map { " (\($0.text) in line \($0.mark.line))" } ?? ""
      return Flaw(line: mark.line, message: "This isn't YAML: \(problem)\(place). Everything else is read.")
    case .reader(let problem, _, _, _): return Flaw(line: nil, message: "This isn't YAML: \(problem).")
    default: return Flaw(line: nil, message: "This isn't YAML: \(error).")
    }
  }

  /// Renames the key at a place so that it can't meet its namesake.
  private static func shadowKey(at mark: Mark, in text: inout String) -> Bool {
    var scalars = String.UnicodeScalarView()
    var line = 1
    var column = 1
    var isDone = false
    let source = text.unicodeScalars
    var place = source.startIndex
    while place < source.endIndex {
      let scalar = source[place]
      if line == mark.line, column == mark.column {
        guard !"&!*?".unicodeScalars.contains(scalar) else { return false }
        let isQuote = scalar == "\"" || scalar == "'"
        if isQuote { scalars.append(scalar) }
        scalars.append(contentsOf: String(shadow).unicodeScalars)
        scalars.append(contentsOf: String(source.distance(from: source.startIndex, to: place)).unicodeScalars)
        if !isQuote { scalars.append(scalar) }
        scalars.append(contentsOf: source[source.index(after: place)...])
        isDone = true
        break
      }
      scalars.append(scalar)
      if scalar == "\n" {
        line += 1
        column = 1
      } else {
        column += 1
      }
      place = source.index(after: place)
    }
    if isDone { text = String(scalars) }
    return isDone
  }

  /// The text cut before each key at the left margin, each part with as many empty lines before it as keep its lines'
  /// numbers.
  private static func parts(of text: String) -> [String] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let starts = lines.indices.filter { index in
      guard let first = lines[index].unicodeScalars.first else { return false }
      return first.properties.isAlphabetic || first == "_" || first == "\""
    }.prefix(50)
    // The empty lines of all parts together are no more than a few texts.
    var padding = 0
    let near = starts.prefix { start in
      padding += start
      return padding <= 4 * mostBytes
    }
    return near.indices.map { position in
      let end = position + 1 < starts.endIndex ? starts[position + 1] : lines.endIndex
      return String(repeating: "\n", count: starts[position]) + lines[starts[position]..<end].joined(separator: "\n")
    }
  }

  /// What makes a text unfit for the parser.
  private static func danger(in text: String) -> Flaw? {
    guard text.utf8.count <= mostBytes else {
      return Flaw(line: nil, message: "The file is larger than \(mostBytes >> 20) MiB; keep data in other files.")
    }
    var scan = YAMLNesting()
    for byte in text.utf8 { scan.take(byte) }
    if let line = scan.deepLine(mostDepth) {
      return Flaw(line: line, message: "Lists or keys are nested more than \(mostDepth) deep here.")
    }
    if scan.aliases > mostAliases || (scan.aliases > 32 && scan.hasComplexKey) {
      return Flaw(line: scan.lastAliasLine, message: "The file has too many aliases (\"*name\"); write the values out.")
    }
    return nil
  }
}
