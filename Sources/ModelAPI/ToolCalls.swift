import Content

/// The tools that a model wants called, whole or piece by piece. A pure value.
///
/// For graders they are text, the same for every dialect: behind the answer's own text, on a line of its own where there
/// is any, stands `[{"name":…,"arguments":{…}}]` as compact JSON, in the order in which the calls came. Ids, which differ
/// each time, are left out. Arguments that aren't a JSON object stand there as the text that came.
package struct ToolCalls: Sendable, Hashable {
  private struct Call: Hashable {
    var id = ""
    var name = ""
    var value: JSONValue?
    var pieces = ""

    var json: JSONValue {
      var arguments = value ?? [:]
      if let parsed = try? JSONValue(parsing: pieces), parsed.object != nil {
        arguments = parsed
      } else if !pieces.isEmpty {
        arguments = .string(pieces)
      }
      return ["name": .string(name), "arguments": arguments]
    }
  }

  private var calls: [Call] = []
  private var places: [Int: Int] = [:]

  /// Whether there are none.
  var isEmpty: Bool { calls.isEmpty }

  package init() {}

  /// Takes a call or a piece of one.
  /// - Parameter index: which call it belongs to; without one it begins a call if it has a name, and otherwise belongs
  ///   to the last one.
  /// - Parameter id: the server's name for the call: another one begins another call.
  /// - Parameter arguments: a value, or a text of which more may follow.
  package mutating func add(at index: Int? = nil, id: String? = nil, name: String?, arguments: JSONValue?) {
    let id = id ?? ""
    let name = name ?? ""
    var place = index.map { places[$0] } ?? (name.isEmpty ? calls.indices.last : nil)
    if let known = place, !id.isEmpty, !calls[known].id.isEmpty, calls[known].id != id { place = nil }
    let target = place ?? calls.count
    if target == calls.count { calls.append(Call()) }
    if let index { places[index] = target }
    if calls[target].name.isEmpty { calls[target].name = name }
    if calls[target].id.isEmpty { calls[target].id = id }
    switch arguments {
    case .string(let piece): calls[target].pieces += piece
    case .null, nil: break
    case .some(let value): calls[target].value = value
    }
  }

  /// What follows an answer's text.
  func tail(after text: String) -> String {
    if calls.isEmpty { return "" }
    return (text.isEmpty || text.hasSuffix("\n") ? "" : "\n") + JSONValue.array(calls.map(\.json)).text(.compact)
  }
}
