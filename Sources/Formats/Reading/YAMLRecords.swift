import Content
import Yams

/// A YAML document as one record, within limits of size, nesting and aliases, since it isn't trusted.
struct YAMLRecords: RecordReading {
  /// The longest document that is read, in bytes.
  static let mostBytes = 16 << 20
  /// The most values, counted after aliases were replaced by what they stand for.
  private static let mostValues = 1_000_000
  private static let mostDepth = 64
  private static let mostAliases = 500

  private var bytes: [UInt8] = []
  private var isTooLong = false

  mutating func feed(_ more: ArraySlice<UInt8>, into items: inout [RecordReader.Item]) {
    if bytes.count + more.count > Self.mostBytes { isTooLong = true } else { bytes += more }
  }

  mutating func finish(into items: inout [RecordReader.Item]) {
    guard !isTooLong else {
      items.append(
        .failure(
          ImportFailure(line: 1, "The document has more than \(Self.mostBytes >> 20) MiB, the most that is read.")))
      return
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      items.append(.failure(ImportFailure(line: 1, "The document isn't UTF-8 text; save the file as UTF-8.")))
      return
    }
    bytes = []
    items.append(Self.item(text))
  }

  private static func item(_ text: String) -> RecordReader.Item {
    var scan = YAMLNesting()
    for byte in text.utf8 { scan.take(byte) }
    if let line = scan.deepLine(mostDepth) {
      return .failure(ImportFailure(line: line, "Lists or keys are nested more than \(mostDepth) deep."))
    }
    if scan.aliases > mostAliases {
      return .failure(
        ImportFailure(line: scan.lastAliasLine, "The document has too many aliases (\"*name\"); write the values out."))
    }
    let node: Node?
    do {
      node = try Yams.compose(yaml: text, .basic)
    } catch let error as YamlError {
      return .failure(failure(error))
    } catch {
      return .failure(ImportFailure(line: 1, "Not YAML: \(error)."))
    }
    guard let node else { return .failure(ImportFailure(line: 1, "The document is empty.")) }
    var reader = NodeReader(budget: mostValues)
    guard let value = reader.json(node, depth: 0) else {
      return .failure(ImportFailure(line: 1, "The document is nested too deeply or too large."))
    }
    var record = Record(value, line: 1)
    record.elementLines = elementLines(node)
    return .record(record)
  }

  private static func failure(_ error: YamlError) -> ImportFailure {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      ImportFailure(line: mark.line, column: mark.column, "Not YAML: \(problem).")
    case .duplicatedKeysInMapping(let names, let context):
      ImportFailure(
        line: context.mark.line, "\"\(names.first ?? "A key")\" is written twice in the same place; remove one of them."
      )
    case .reader(let problem, _, _, _): ImportFailure(line: 1, "Not YAML: \(problem).")
    default: ImportFailure(line: 1, "Not YAML: \(error).")
    }
  }

  /// Where the elements of the lists begin that stand under the keys at the left margin.
  private static func elementLines(_ node: Node) -> [String: [Int]] {
    guard case .mapping(let mapping) = node else {
      return node.sequence.map { ["": $0.map { $0.mark?.line ?? 1 }] } ?? [:]
    }
    var lines: [String: [Int]] = [:]
    for (key, value) in mapping {
      guard let name = key.scalar?.string, let list = value.sequence else { continue }
      lines[name] = list.map { $0.mark?.line ?? 1 }
    }
    return lines
  }

  /// Turns nodes into JSON by the rules of YAML 1.2's core schema; `<<` merges.
  private struct NodeReader {
    var budget: Int

    mutating func json(_ node: Node, depth: Int) -> JSONValue? {
      budget -= 1
      guard depth < 2 * YAMLRecords.mostDepth, budget > 0 else { return nil }
      switch node {
      case .scalar(let scalar): return Self.json(scalar)
      case .sequence(let sequence):
        var values: [JSONValue] = []
        for entry in sequence {
          guard let value = json(entry, depth: depth + 1) else { return nil }
          values.append(value)
        }
        return .array(values)
      case .mapping(let mapping):
        var object = JSONObject()
        var merged = JSONObject()
        for (key, entry) in mapping {
          guard let value = json(entry, depth: depth + 1) else { return nil }
          guard let name = key.scalar else { continue }
          guard name.string == "<<", name.style == .plain || name.style == .any else {
            object[name.string] = value
            continue
          }
          for part in value.array ?? [value] {
            for member in part.object ?? [:] where merged[member.key] == nil { merged[member.key] = member.value }
          }
        }
        for member in merged where object[member.key] == nil { object[member.key] = member.value }
        return .object(object)
      case .alias: return nil
      }
    }

    private static func json(_ scalar: Node.Scalar) -> JSONValue {
      guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
      switch scalar.string {
      case "", "~", "null", "Null", "NULL": return .null
      case "true", "True", "TRUE": return .bool(true)
      case "false", "False", "FALSE": return .bool(false)
      default:
        guard let first = scalar.string.utf8.first, first == UInt8(ascii: "-") || first &- 0x30 < 10,
          let value = try? JSONValue(parsing: scalar.string), value.number != nil
        else { return .string(scalar.string) }
        return value
      }
    }
  }
}
