import Content
import Foundation
import Testing

/// The shapes that `docs/json.md` promises.
struct JSONShapes {
  /// A member, or an element of an array.
  private struct Member {
    var name: String
    var types: Set<String>
    var isOptional: Bool
    var members: [Member] = []
  }

  private var shapes: [String: [Member]] = [:]

  /// Reads the blocks of a text that are marked as shapes.
  init(_ text: String) throws {
    for block in text.components(separatedBy: "```json-shape\n").dropFirst() {
      let lines = block.components(separatedBy: "```")[0].split(separator: "\n")
      let head = lines[0].split(separator: " ")
      try #require(head.count == 2 && Int(head[1]) != nil, "a shape has a name and a version: \(lines[0])")
      var members: [Member] = []
      for line in lines.dropFirst() {
        let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: true)
        try #require(words.count == 3, "a member has a path, a type and a meaning: \(line)")
        let path = words[0].replacing("[]", with: ".[]").split(separator: ".").map(String.init)
        Self.add(path[...], types: Set(words[1].split(separator: "/").map(String.init)), to: &members)
      }
      shapes[String(head[0])] = members
    }
  }

  private static func add(_ path: ArraySlice<String>, types: Set<String>, to members: inout [Member]) {
    guard var name = path.first else { return }
    let isOptional = name.hasSuffix("?")
    if isOptional { name.removeLast() }
    let place = members.firstIndex { $0.name == name } ?? members.count
    if place == members.count { members.append(Member(name: name, types: ["object"], isOptional: isOptional)) }
    if path.count == 1 { members[place].types = types }
    add(path.dropFirst(), types: types, to: &members[place].members)
  }

  /// The names of all shapes.
  var names: Set<String> { Set(shapes.keys) }

  /// The names of all members.
  var memberNames: Set<String> {
    func names(_ members: [Member]) -> [String] { members.flatMap { [$0.name] + names($0.members) } }
    return Set(shapes.values.flatMap(names))
  }

  /// How a value differs from a shape, a sentence for each difference.
  func flaws(of value: JSONValue, as shape: String) throws -> [String] {
    let members = try #require(shapes[shape], "there is no shape \(shape)")
    guard value.object != nil else { return ["\(shape) is a JSON \(value.kind), no object"] }
    return flaws(of: value, members, at: shape)
  }

  private func flaws(of value: JSONValue, _ members: [Member], at path: String) -> [String] {
    if let array = value.array {
      guard let element = members.first(where: { $0.name == "[]" }) else { return ["\(path)[] is not documented"] }
      return array.flatMap { flaws(of: $0, element, at: path + "[]") }
    }
    guard let object = value.object else { return [] }
    var found: [String] = []
    for (key, value) in object {
      if let member = members.first(where: { $0.name == key || $0.name == "*" }) {
        found += flaws(of: value, member, at: "\(path).\(key)")
      } else {
        found.append("\(path).\(key) is not documented")
      }
    }
    for member in members where !member.isOptional && member.name != "*" && object[member.name] == nil {
      found.append("\(path).\(member.name) is missing")
    }
    return found
  }

  private func flaws(of value: JSONValue, _ member: Member, at path: String) -> [String] {
    for type in member.types where type.hasPrefix("<") && value.object != nil {
      return (try? flaws(of: value, as: String(type.dropFirst().dropLast()))) ?? ["\(path): there is no shape \(type)"]
    }
    guard Self.types(of: value).contains(where: member.types.contains) else {
      return ["\(path) is \(value.text()), not \(member.types.sorted().joined(separator: "/"))"]
    }
    return flaws(of: value, member.members, at: path)
  }

  private static func types(of value: JSONValue) -> [String] {
    if value.isNull { return ["null"] }
    if value.bool != nil { return ["boolean"] }
    if value.string != nil { return ["text"] }
    if value.array != nil { return ["array"] }
    if value.object != nil { return ["object"] }
    return value.int != nil ? ["integer", "number"] : ["number"]
  }
}
