import Content

/// A value of a setting.
package enum SettingValue: Sendable, Hashable {
  case flag(Bool)
  case whole(Int)
  case number(Double)
  case text(String)
  case texts([String])

  /// The value as JSON.
  package var json: JSONValue {
    switch self {
    case .flag(let value): .bool(value)
    case .whole(let value): JSONValue(value)
    case .number(let value): JSONValue(value)
    case .text(let value): .string(value)
    case .texts(let values): .array(values.map { .string($0) })
    }
  }

  /// The value as text, numbers without an exponent: YAML 1.1 reads `1e-05` as text.
  package var text: String {
    switch self {
    case .flag(let value): "\(value)"
    case .whole(let value): "\(value)"
    case .number(let value): Self.decimal(value)
    case .text(let value): value
    case .texts(let values): values.joined(separator: ", ")
    }
  }

  /// The value as a number, where it is one.
  package var double: Double? {
    switch self {
    case .whole(let value): Double(value)
    case .number(let value): value
    case .flag, .text, .texts: nil
    }
  }

  /// The shortest text of a number that reads back as the same, without an exponent below 1.
  static func decimal(_ number: Double) -> String {
    if number == number.rounded(), abs(number) < 1e15 { return String(Int(number)) }
    let text = "\(number)"
    guard let mark = text.firstIndex(of: "e"), let exponent = Int(text[text.index(after: mark)...]), exponent < 0
    else { return text }
    let digits = text[..<mark].filter(\.isNumber)
    let isWhole = text[..<mark].hasSuffix(".0")
    return (number < 0 ? "-" : "") + "0." + String(repeating: "0", count: -exponent - 1)
      + (isWhole ? digits.dropLast() : digits[...])
  }
}

/// A type that a setting can have.
package protocol SettingRepresentable: Sendable {
  /// The value; nil where nothing is set.
  var settingValue: SettingValue? { get }
  /// Reads a value.
  /// - Returns: nil where the value has another type.
  init?(settingValue: SettingValue?)
}

extension Bool: SettingRepresentable {
  package var settingValue: SettingValue? { .flag(self) }
  package init?(settingValue: SettingValue?) {
    guard case .flag(let value)? = settingValue else { return nil }
    self = value
  }
}

extension Int: SettingRepresentable {
  package var settingValue: SettingValue? { .whole(self) }
  package init?(settingValue: SettingValue?) {
    switch settingValue {
    case .whole(let value)?: self = value
    // One of a few numbers is chosen by its text.
    case .text(let text)?:
      guard let value = Int(text) else { return nil }
      self = value
    default: return nil
    }
  }
}

extension Double: SettingRepresentable {
  package var settingValue: SettingValue? { .number(self) }
  package init?(settingValue: SettingValue?) {
    guard let value = settingValue?.double else { return nil }
    self = value
  }
}

extension String: SettingRepresentable {
  package var settingValue: SettingValue? { .text(self) }
  package init?(settingValue: SettingValue?) {
    guard case .text(let value)? = settingValue else { return nil }
    self = value
  }
}

extension [String]: SettingRepresentable {
  package var settingValue: SettingValue? { isEmpty ? nil : .texts(self) }
  package init?(settingValue: SettingValue?) {
    switch settingValue {
    case .texts(let values)?: self = values
    case nil: self = []
    default: return nil
    }
  }
}

extension Optional: SettingRepresentable where Wrapped: SettingRepresentable {
  package var settingValue: SettingValue? { flatMap(\.settingValue) }
  package init?(settingValue: SettingValue?) {
    guard let settingValue else {
      self = .none
      return
    }
    guard let value = Wrapped(settingValue: settingValue) else { return nil }
    self = .some(value)
  }
}

extension SettingRepresentable where Self: RawRepresentable, RawValue == String {
  package var settingValue: SettingValue? { .text(rawValue) }
  package init?(settingValue: SettingValue?) {
    guard case .text(let text)? = settingValue else { return nil }
    self.init(rawValue: text)
  }
}
