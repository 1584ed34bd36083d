import Content

/// Which lists of a JSON value are compared without regard to order.
enum UnorderedLists: Sendable, Hashable {
  /// Every list.
  case all
  /// The lists at these places.
  case some([JSONPath])

  static var none: UnorderedLists { .some([]) }

  /// A value whose unordered lists are sorted, so that two that have the same elements are the same.
  func sorted(_ value: JSONValue) -> JSONValue {
    switch self {
    case .all: Self.sortedDeep(value)
    case .some(let paths): paths.isEmpty ? value : Self.sorted(value, paths.map { $0.steps[...] })
    }
  }

  private static func sortedDeep(_ value: JSONValue) -> JSONValue {
    switch value {
    case .array(let values): .array(sortedElements(values.map(sortedDeep)))
    case .object(let object): .object(JSONObject(object.map { (key: $0.key, value: sortedDeep($0.value)) }))
    case .null, .bool, .number, .string: value
    }
  }

  private static func sorted(_ value: JSONValue, _ paths: [ArraySlice<JSONPath.Step>]) -> JSONValue {
    func deeper(_ step: JSONPath.Step) -> [ArraySlice<JSONPath.Step>] {
      paths.filter { $0.first == step }.map { $0.dropFirst() }
    }
    switch value {
    case .array(let values):
      let parts = values.enumerated().map { place, element in
        let rest = deeper(.index(place))
        return rest.isEmpty ? element : sorted(element, rest)
      }
      return .array(paths.contains { $0.isEmpty } ? sortedElements(parts) : parts)
    case .object(let object):
      return .object(
        JSONObject(
          object.map { member in
            let rest = deeper(.key(member.key))
            return (key: member.key, value: rest.isEmpty ? member.value : sorted(member.value, rest))
          }))
    case .null, .bool, .number, .string: return value
    }
  }

  private static func sortedElements(_ values: [JSONValue]) -> [JSONValue] {
    values.map { (key: $0.canonical.text(), value: $0) }.sorted { $0.key < $1.key }.map(\.value)
  }
}
