/// The members of a JSON object, in the order in which they were written.
///
/// Every key occurs once. Setting a key that is already there replaces its value and keeps its place. Keys are equal
/// when they have the same Unicode scalars. Finding a member takes constant time in large objects.
package struct JSONObject: Sendable, Hashable, RandomAccessCollection {
  /// A key with its value.
  package typealias Element = (key: String, value: JSONValue)

  /// The keys, in order.
  package private(set) var keys: [String] = []
  /// The values, in the order of ``keys``.
  package private(set) var values: [JSONValue] = []
  /// Where each key stands; kept only once looking through ``keys`` would be slower.
  private var places: [ExactText: Int]?

  private static let smallCount = 12

  /// An object without members.
  package init() {}

  /// An object with these members; when a key occurs twice, the last value counts and stands at the first place.
  package init(_ members: some Sequence<(key: String, value: JSONValue)>) {
    for member in members { self[member.key] = member.value }
  }

  /// Always 0.
  package var startIndex: Int { 0 }

  /// The number of members.
  package var endIndex: Int { keys.count }

  /// The member at a position from 0 up to ``endIndex``.
  package subscript(position: Int) -> Element { (keys[position], values[position]) }

  /// The value of `key`; setting nil removes the member (this takes linear time).
  package subscript(key: String) -> JSONValue? {
    get { place(of: key).map { values[$0] } }
    set {
      if let place = place(of: key) {
        if let newValue { values[place] = newValue } else { remove(at: place) }
      } else if let newValue {
        append(key, newValue)
      }
    }
  }

  /// The position of the member called `key`.
  package func position(of key: String) -> Int? { place(of: key) }

  /// The value of `key`, or of a key that is canonically equivalent to it ("é" composed or not).
  package func value(equivalentTo key: String) -> JSONValue? {
    if let value = self[key] { return value }
    guard !key.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
    return keys.firstIndex(of: key).map { values[$0] }
  }

  private mutating func append(_ key: String, _ value: JSONValue) {
    keys.append(key)
    values.append(value)
    if places != nil {
      places?[ExactText(key)] = keys.count - 1
    } else if keys.count > Self.smallCount {
      indexKeys()
    }
  }

  private mutating func remove(at place: Int) {
    keys.remove(at: place)
    values.remove(at: place)
    if places != nil { indexKeys() }
  }

  private mutating func indexKeys() {
    var index: [ExactText: Int] = [:]
    index.reserveCapacity(keys.count * 2)
    for (place, key) in keys.enumerated() { index[ExactText(key)] = place }
    places = index
  }

  private func place(of key: String) -> Int? {
    if let places { return places[ExactText(key)] }
    return keys.firstIndex { ExactText.areSame($0, key) }
  }

  /// Whether both have the same keys in the same order with equal values.
  package static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.keys == right.keys && left.values == right.values
  }

  /// Feeds the members in order.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(keys)
    hasher.combine(values)
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// An object; when a key is given twice, the last value counts.
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    self.init(elements.map { (key: $0.0, value: $0.1) })
  }
}
