import Content
import Domain
import Yams

/// A value of a YAML file with the path of keys that leads to it, so that whatever is wrong with it can be named.
struct ConfigValue {
  let node: Node
  /// For example `variants.base`.
  let path: String
  /// The line of the key or list entry.
  let line: Int?
  let log: ProblemLog

  /// Whether nothing is written there.
  var isNull: Bool { scalar == .null }

  /// Whether it is a group of keys.
  var isGroup: Bool {
    if case .mapping = node { return true }
    return false
  }

  /// The keys of a group with their lines.
  var memberKeys: [(name: String, line: Int?)] {
    guard case .mapping(let mapping) = node else { return [] }
    return mapping.compactMap { member in member.key.scalar.map { ($0.string, $0.mark?.line) } }
  }

  /// The value, where it is a single one: types as in YAML 1.2, so `no` is a text.
  var scalar: JSONValue? {
    guard case .scalar(let scalar) = node else { return nil }
    return Self.json(scalar)
  }

  /// The text, where it is a single value of any type.
  var text: String? {
    guard case .scalar(let scalar) = node, !isNull else { return nil }
    return scalar.string
  }

  /// The entries, where it is a list.
  var entries: [ConfigValue]? {
    guard case .sequence(let sequence) = node else { return nil }
    return sequence.enumerated().map { index, node in
      ConfigValue(node: node, path: "\(path)[\(index)]", line: node.mark?.line ?? line, log: log)
    }
  }

  /// What it is, for messages: never more than a few words.
  var kind: String {
    switch node {
    case .mapping: "a group of keys"
    case .sequence: "a list"
    case .scalar(let scalar) where isNull: scalar.string.isEmpty ? "nothing" : "null"
    case .scalar(let scalar): "\"" + scalar.string.prefix(40) + (scalar.string.count > 40 ? "…\"" : "\"")
    case .alias: "an alias"
    }
  }

  /// Notes an error about this value.
  func fail(_ message: String) { log.add(.error, line: line, key: path, message) }

  /// Notes that the value has the wrong type.
  func expected(_ what: String) { fail("Expected \(what), found \(kind).") }

  /// The value with everything in it as JSON; nil when it is too deep or too large, which is noted.
  func json() -> JSONValue? {
    var budget = 10_000
    guard let value = Self.json(node, depth: 0, budget: &budget) else {
      fail("This is nested too deeply or too large.")
      return nil
    }
    return value
  }

  private static func json(_ node: Node, depth: Int, budget: inout Int) -> JSONValue? {
    budget -= 1
    guard depth < 32, budget > 0 else { return nil }
    switch node {
    case .scalar(let scalar): return json(scalar)
    case .sequence(let sequence):
      var values: [JSONValue] = []
      for entry in sequence {
        guard let value = json(entry, depth: depth + 1, budget: &budget) else { return nil }
        values.append(value)
      }
      return .array(values)
    case .mapping(let mapping):
      var object = JSONObject()
      for (key, entry) in mapping {
        guard let value = json(entry, depth: depth + 1, budget: &budget) else { return nil }
        guard let name = key.scalar?.string, name.first != ConfigDocument.shadow else { continue }
        object[name] = value
      }
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
    default: return number(scalar.string) ?? .string(scalar.string)
    }
  }

  /// A number as JSON or YAML 1.2 writes it; texts such as `007` and `nan` are none.
  private static func number(_ text: String) -> JSONValue? {
    guard let first = text.utf8.first, "+-.0123456789".utf8.contains(first), text.utf8.count <= 64 else { return nil }
    if let value = try? JSONValue(parsing: text) { return value }
    if text.hasPrefix("0x") { return Int(text.dropFirst(2), radix: 16).map { JSONValue($0) } }
    if text.hasPrefix("0o") { return Int(text.dropFirst(2), radix: 8).map { JSONValue($0) } }
    let digits = text.drop { $0 == "+" || $0 == "-" }
    guard !digits.hasPrefix("0") || digits.hasPrefix("0.") else { return nil }
    guard text.utf8.allSatisfy({ "+-.0123456789eE".utf8.contains($0) }) else { return nil }
    return Double(text.hasSuffix(".") ? text + "0" : text).map { JSONValue($0) }
  }
}
