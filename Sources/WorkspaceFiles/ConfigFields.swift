import Content
import Domain
import Yams

/// The members of a group of keys, read one by one. Whatever has the wrong type is noted as an error, and so is
/// whatever nobody asked for, with the nearest key there is: a setting that is left out in silence gives wrong numbers.
struct ConfigFields {
  private struct Entry {
    var name: String
    var value: ConfigValue
  }

  /// The path of the group, for example `variants.base`; empty for the file.
  let path: String
  /// The line of the group's key.
  let line: Int?
  let log: ProblemLog
  /// Whether a value had the wrong type.
  var isBroken = false
  private var entries: [Entry] = []
  private var places: [String: Int] = [:]
  private var known: [String] = []
  private var isKnown: Set<String> = []

  /// The members of a value; nil, and noted, when it is something else. Nothing at all is a group without members.
  init?(_ value: ConfigValue, expected: String = "a group of keys") {
    path = value.path
    line = value.line
    log = value.log
    guard !value.isNull else { return }
    guard case .mapping(let mapping) = value.node else {
      value.expected(expected)
      return nil
    }
    add(mapping.map { ($0.key, $0.value) }, depth: 0)
  }

  /// The members of a whole file.
  /// - Parameter path: what stands before its keys in problems.
  init(_ document: ConfigDocument, path: String = "", log: ProblemLog) {
    self.path = path
    line = nil
    self.log = log
    add(document.members, depth: 0)
  }

  /// Takes members in; those of `<<` stand back behind the group's own.
  private mutating func add(_ members: [(key: Node, value: Node)], depth: Int) {
    var merged: [Node] = []
    for (key, node) in members {
      guard let name = key.scalar?.string else {
        log.add(.error, line: key.mark?.line, key: path.isEmpty ? nil : path, "Keys must be plain names.")
        isBroken = true
        continue
      }
      if name.first == ConfigDocument.shadow { continue }
      if name == "<<" {
        merged += node.sequence.map(Array.init) ?? [node]
      } else if let index = places[name] {
        // A part of a file with a syntax error can have a key that an earlier part has.
        guard depth == 0 else { continue }
        entries[index].value = ConfigValue(node: node, path: child(name), line: key.mark?.line, log: log)
      } else {
        let line = depth == 0 ? key.mark?.line : self.line
        places[name] = entries.count
        entries.append(Entry(name: name, value: ConfigValue(node: node, path: child(name), line: line, log: log)))
      }
    }
    guard depth < 4 else { return }
    for case .mapping(let mapping) in merged.prefix(16) { add(mapping.map { ($0.key, $0.value) }, depth: depth + 1) }
  }

  /// The path of a member.
  func child(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

  /// The names of all members, in file order.
  var names: [String] { entries.map(\.name) }

  /// All members in file order, each known from now on: for groups whose keys are names that a person chose.
  mutating func all() -> [(name: String, value: ConfigValue)] {
    known = names
    isKnown = Set(known)
    return entries.map { ($0.name, $0.value) }
  }

  /// A member, unless it is missing or nothing is written there.
  mutating func value(_ key: String) -> ConfigValue? {
    if isKnown.insert(key).inserted { known.append(key) }
    return places[key].flatMap { entries[$0].value.nonNull }
  }

  /// Notes that something is wrong with the group or one of its members.
  mutating func fail(_ key: String? = nil, _ message: @autoclosure () -> String) {
    isBroken = true
    let entry = key.flatMap { places[$0] }.map { entries[$0] }
    log.add(.error, line: entry?.value.line ?? line, key: key.map(child) ?? (path.isEmpty ? nil : path), message())
  }

  private mutating func wrong(_ value: ConfigValue, _ expected: String) {
    isBroken = true
    value.expected(expected)
  }

  /// A text.
  mutating func text(_ key: String, _ expected: String = "a text") -> String? {
    guard let value = value(key) else { return nil }
    guard let text = value.text, !text.isEmpty else {
      wrong(value, expected)
      return nil
    }
    return text
  }

  /// A list of texts; a single text is a list of one.
  mutating func texts(_ key: String, _ expected: String = "a list of texts") -> [String]? {
    guard let value = value(key) else { return nil }
    if let text = value.text { return [text] }
    guard let entries = value.entries else {
      wrong(value, expected)
      return nil
    }
    var texts: [String] = []
    for entry in entries {
      guard let text = entry.text else {
        wrong(entry, "a text")
        return nil
      }
      texts.append(text)
    }
    return texts
  }

  /// A number.
  mutating func number(_ key: String, _ expected: String, where isValid: (Double) -> Bool) -> Double? {
    guard let value = value(key) else { return nil }
    guard let number = value.scalar?.double, number.isFinite, isValid(number) else {
      wrong(value, expected)
      return nil
    }
    return number
  }

  /// A whole number.
  mutating func count(_ key: String, from least: Int, to most: Int = 1 << 40) -> Int? {
    guard let value = value(key) else { return nil }
    guard let number = value.scalar?.int, (least...most).contains(number) else {
      wrong(value, "a whole number from \(least)" + (most < 1 << 40 ? " to \(most)" : ""))
      return nil
    }
    return number
  }

  /// True or false; `yes`, `no`, `on` and `off` will do.
  mutating func flag(_ key: String) -> Bool? {
    guard let value = value(key) else { return nil }
    if let flag = value.scalar?.bool { return flag }
    switch value.text?.lowercased() {
    case "yes", "on": return true
    case "no", "off": return false
    default:
      wrong(value, "true or false")
      return nil
    }
  }

  /// One of some words.
  mutating func choice(_ key: String, among words: [String]) -> String? {
    guard let value = value(key) else { return nil }
    guard let text = value.text, words.contains(text) else {
      let list = words.joined(separator: ", ")
      let near = value.text.flatMap { Spelling.nearest(to: $0, among: words) }
      isBroken = true
      value.fail("Expected one of \(list), found \(value.kind)." + Self.suggestion(near))
      return nil
    }
    return text
  }

  /// Notes every member that nobody asked for. The group itself stays usable, to be looked at.
  /// - Parameter advice: what else could be meant, as a sentence after a space.
  func finish(advice: String = "") {
    func sentence(_ name: String) -> String {
      let nearest = Spelling.nearest(to: name, among: known)
      let keys = nearest == nil ? " Keys here are \(known.joined(separator: ", "))." : Self.suggestion(nearest)
      return "Unknown key \"\(name)\"." + keys + advice
    }
    for entry in entries where !isKnown.contains(entry.name) {
      log.add(.error, line: entry.value.line, key: entry.value.path, sentence(entry.name))
    }
  }

  /// A sentence that suggests a name.
  static func suggestion(_ name: String?) -> String { name.map { " Did you mean \"\($0)\"?" } ?? "" }
}

extension ConfigValue {
  /// Itself, unless nothing is written there.
  var nonNull: ConfigValue? { isNull ? nil : self }
}
