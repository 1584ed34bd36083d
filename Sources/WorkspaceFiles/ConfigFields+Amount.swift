import Content
import Evidence

extension ConfigFields {
  /// A number from 0, or a range such as `500..900` that holds it with a probability of 90 %.
  mutating func amount(_ key: String) -> UncertainNumber? {
    guard let value = value(key) else { return nil }
    if let number = value.scalar?.double, number.isFinite, number >= 0 { return .exact(number) }
    if let range = value.text.flatMap(Self.range) { return range }
    fail(
      key, "Expected a number from 0, or a range such as 500..900 whose lower end is above 0; found \(value.kind).")
    return nil
  }

  /// `low..high`, with spaces around the dots where a person wrote them.
  private static func range(_ text: String) -> UncertainNumber? {
    let ends = text.split(separator: "..", maxSplits: 1, omittingEmptySubsequences: false).map { end in
      (try? JSONValue(parsing: end.trimmingCharacters(in: .whitespaces)))?.double
    }
    guard ends.count == 2, let low = ends[0], let high = ends[1] else { return nil }
    return UncertainNumber(low: low, high: high)
  }
}
