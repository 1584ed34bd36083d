import Foundation
import Testing

/// One entry of Fixtures/statistics-vectors.json: what goes in and what must come out, made with SciPy, statsmodels and
/// NumPy.
struct StatisticsVector {
  var input: [String: Any]
  var expect: Any
  var tolerance: Double

  /// All entries, by the name of their statistic.
  static func all() throws -> [String: [StatisticsVector]] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "Fixtures/statistics-vectors.json")
    let root = try #require(
      JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: [[String: Any]]])
    return try root.mapValues { entries in
      try entries.map {
        StatisticsVector(
          input: try #require($0["input"] as? [String: Any]), expect: try #require($0["expect"]),
          tolerance: try #require($0["tolerance"] as? Double))
      }
    }
  }

  /// The entries of one statistic, at least one.
  static func of(_ name: String) throws -> [StatisticsVector] {
    let vectors = try #require(all()[name])
    try #require(!vectors.isEmpty)
    return vectors
  }

  func number(_ key: String) throws -> Double { try #require(input[key] as? Double, "\(key)") }
  func count(_ key: String) throws -> Int { try #require(input[key] as? Int, "\(key)") }
  func numbers(_ key: String) throws -> [Double] { try #require(input[key] as? [Double], "\(key)") }
  func rows(_ key: String) throws -> [[Double]] { try #require(input[key] as? [[Double]], "\(key)") }

  /// Whether a figure of that name is expected.
  func has(_ key: String) -> Bool { (expect as? [String: Any])?[key] != nil }
  /// The expected value itself, a number.
  var expected: Double { get throws { try #require(expect as? Double) } }
  func expected(_ key: String) throws -> Double {
    try #require((expect as? [String: Any])?[key] as? Double, "\(key)")
  }
  func expectedText(_ key: String) throws -> String {
    try #require((expect as? [String: Any])?[key] as? String, "\(key)")
  }
  /// The expected numbers under a key; without a key the expected value itself.
  func expectedNumbers(_ key: String? = nil) throws -> [Double] {
    let value = key.map { (expect as? [String: Any])?[$0] as Any } ?? expect
    return try #require(value as? [Double], "\(key ?? "")")
  }

  /// Whether a number agrees with the expected one: to the tolerance, of large numbers relatively.
  func agrees(_ value: Double?, _ expected: Double) -> Bool {
    isClose(value, expected, tolerance * max(1, abs(expected)))
  }
  /// Whether numbers agree with the expected ones.
  func agrees(_ values: [Double], _ expected: [Double]) -> Bool {
    values.count == expected.count && zip(values, expected).allSatisfy { agrees($0, $1) }
  }
}
