import Foundation

/// A number in a text, with what it is given in.
struct Quantity: Sendable, Hashable {
  /// What the digits may mean: one number, or two where a sign may stand before decimals or between thousands.
  var readings: [Double]
  /// The unit or currency; nil where there is none.
  var unit: QuantityUnit?
  /// The number as it was written, with its unit.
  var text: String
  /// Where it stands, in scalars.
  var range: Range<Int>

  /// Whether a point or a comma stands before decimals.
  enum DecimalSign: String, Sendable, Hashable, CaseIterable {
    case point
    case comma

    var scalar: Unicode.Scalar { self == .point ? "." : "," }
  }

  /// A number by itself.
  init(_ value: Double, unit: QuantityUnit? = nil, text: String) {
    readings = [value]
    self.unit = unit
    self.text = text
    range = 0..<0
  }

  init(readings: [Double], unit: QuantityUnit?, text: String, range: Range<Int>) {
    self.readings = readings
    self.unit = unit
    self.text = text
    self.range = range
  }
}
