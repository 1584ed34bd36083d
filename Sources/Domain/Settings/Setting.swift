import Content

/// A type whose properties are described by a table of settings.
package protocol SettingTable: Sendable {
  /// The settings at their defaults.
  init()
  /// The table. Its order is that of forms, documentation and model cards.
  static var table: [Setting<Self>] { get }
}

/// Everything that is said of one setting: files, forms, options, stored columns, documentation and the trainers' programs
/// read it from here. The default is that of the property.
package struct Setting<Values: SettingTable>: Sendable {
  /// What a setting may hold.
  package enum Kind: Sendable, Hashable {
    case flag
    case whole(ClosedRange<Int>)
    case number(NumberRange)
    /// One of these words.
    case choice([String])
    /// One line of at most so many characters.
    case text(atMost: Int)
    /// A file, relative to the workspace.
    case file
    /// A list of texts.
    case texts
  }

  /// What a number counts.
  package enum Unit: String, Sendable, Hashable {
    case rows, steps, tokens, cases, hours, layers, bits, passes, answers
    /// A share of 1, shown in percent.
    case share
  }

  /// Where a setting appears besides files and documentation.
  package struct Uses: OptionSet, Sendable, Hashable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }
    /// The form of the Training pane asks for it.
    package static var form: Uses { Uses(rawValue: 1) }
    /// The trainers' own programs read it from `spec.json`.
    package static var trainer: Uses { Uses(rawValue: 2) }
    /// A sweep can try several values.
    package static var sweep: Uses { Uses(rawValue: 4) }
    /// `auto` in a file leaves it to the provider.
    package static var auto: Uses { Uses(rawValue: 8) }
  }

  /// Its key in files, such as `learning_rate`; one of a group has the group's name before a point, such as `mix.share`.
  package let key: String
  /// What a form calls it.
  package let label: String
  /// The heading of a column of its values.
  package let heading: String
  /// Its option on the command line, without the dashes.
  package let flag: String
  /// What it is, in a few words.
  package let help: String
  /// More than ``help`` has space for; empty where that says all.
  package let details: String
  /// What its number counts.
  package let unit: Unit?
  /// What it may hold.
  package let kind: Kind
  /// What it means that nothing is set; nil where it always has a value.
  package let unset: String?
  /// The back ends that use it.
  package let backends: Set<BackendName>
  /// Where it appears.
  package let uses: Uses
  /// The property.
  package let path: PartialKeyPath<Values> & Sendable
  private let read: @Sendable (Values) -> SettingValue?
  private let write: @Sendable (inout Values, SettingValue?) -> Void
  private let matters: @Sendable (Values) -> Bool
  private let overrides: @Sendable (inout Values) -> Void

  /// - Parameter matters: whether it has an effect beside the other settings.
  /// - Parameter overrides: takes back what stands above it, for somebody who asks for this one by name.
  package init<Value: SettingRepresentable>(
    _ path: WritableKeyPath<Values, Value> & Sendable, _ key: String, _ kind: Kind, _ help: String,
    details: String = "", label: String? = nil, heading: String? = nil, flag: String? = nil, unit: Unit? = nil,
    unset: String? = nil, backends: Set<BackendName> = .all, uses: Uses = [],
    matters: @escaping @Sendable (Values) -> Bool = { _ in true },
    overrides: @escaping @Sendable (inout Values) -> Void = { _ in }
  ) {
    self.path = path
    self.key = key
    self.kind = kind
    self.help = help
    self.details = details
    self.label = label ?? key.replacing("_", with: " ")
    self.heading = heading ?? self.label
    self.flag = flag ?? key.replacing("_", with: "-").replacing(".", with: "-")
    self.unit = unit
    self.unset = unset
    self.backends = backends
    self.uses = uses
    read = { $0[keyPath: path].settingValue }
    write = { values, new in
      if let value = Value(settingValue: new) { values[keyPath: path] = value }
    }
    self.matters = matters
    self.overrides = overrides
  }

  /// Its value; nil where nothing is set.
  package func value(in values: Values) -> SettingValue? { read(values) }

  /// Sets it. A value of another type changes nothing, nor does nil where it always has a value.
  package func set(_ value: SettingValue?, in values: inout Values) { write(&values, value) }

  /// Sets it for somebody who asks for it by name, so that no other setting stands above it.
  package func choose(_ value: SettingValue, in values: inout Values) {
    overrides(&values)
    write(&values, value)
  }

  /// Its default; nil where nothing is set.
  package var defaultValue: SettingValue? { read(Values()) }

  /// Whether it has an effect and another value than its default.
  package func isChanged(in values: Values) -> Bool { matters(values) && value(in: values) != defaultValue }

  /// Whether it has an effect beside the other settings.
  package func matters(in values: Values) -> Bool { matters(values) }

  /// The group of its key, if it is in one, and its name there.
  package var place: (group: String?, name: String) {
    let parts = key.split(separator: ".", maxSplits: 1).map(String.init)
    return parts.count == 2 ? (parts[0], parts[1]) : (nil, key)
  }

  // MARK: Values as text

  /// What it may hold, in words that follow "Expected".
  package var expected: String {
    let words =
      switch kind {
      case .flag: "true or false"
      case .whole(let range):
        "a whole number from \(range.lowerBound)" + (range.upperBound < Self.noLimit ? " to \(range.upperBound)" : "")
      case .number(let range): "a number \(range.description)"
      case .choice(let words): "one of \(words.joined(separator: ", "))"
      case .text(let most): "a text of at most \(most) characters"
      case .file: "a file, relative to the workspace"
      case .texts: "a list of texts"
      }
    return uses.contains(.auto) ? words + ", or auto" : words
  }

  /// An upper limit of whole numbers that only keeps sums from overflowing, and isn't told.
  package static var noLimit: Int { 1 << 40 }

  /// Whether a value of the right type is within the limits.
  package func allows(_ value: SettingValue) -> Bool {
    switch (kind, value) {
    case (.flag, .flag), (.texts, .texts): true
    case (.whole(let range), .whole(let number)): range.contains(number)
    case (.number(let range), _): value.double.map(range.contains) ?? false
    case (.choice(let words), _): words.contains(value.text)
    case (.text(let most), .text(let text)):
      text.count <= most && !text.contains { $0.isNewline || $0 == "\u{1b}" }
    case (.file, .text(let path)): !path.isEmpty
    default: false
    }
  }

  /// Reads what a person typed.
  /// - Returns: nil where it is nothing that the setting may hold; ``expected`` says what is.
  package func value(from text: String) -> SettingValue? {
    let value: SettingValue? =
      switch kind {
      case .flag:
        switch text.lowercased() {
        case "true", "yes", "on": .flag(true)
        case "false", "no", "off": .flag(false)
        default: nil
        }
      case .whole: Int(text).map { .whole($0) }
      case .number: Double(text).map { .number($0) }
      case .choice, .text, .file: .text(text)
      case .texts: .texts([text])
      }
    return value.flatMap { allows($0) ? $0 : nil }
  }

  /// The label as a title.
  package var title: String { label.prefix(1).uppercased() + label.dropFirst() }

  /// The value for a table's column that names the setting.
  package func cell(in values: Values) -> String {
    unit == .share ? display(in: values) : value(in: values)?.text ?? unset ?? "–"
  }

  /// The value in words, with its unit; what it means that nothing is set where it isn't.
  package func display(in values: Values) -> String {
    guard let value = value(in: values) else { return unset ?? "–" }
    guard let unit else { return value.text }
    if unit == .share, let share = value.double { return SettingValue.decimal((share * 1000).rounded() / 10) + " %" }
    let word = value.double == 1 ? String(unit.rawValue.dropLast(unit == .passes ? 2 : 1)) : unit.rawValue
    return "\(value.text) \(word)"
  }
}

extension Setting: Hashable {
  package static func == (left: Setting, right: Setting) -> Bool { left.key == right.key }
  package func hash(into hasher: inout Hasher) { hasher.combine(key) }
}

extension SettingTable {
  /// The setting of a property.
  package static func setting(_ path: PartialKeyPath<Self>) -> Setting<Self> {
    guard let found = table.first(where: { $0.path == path }) else {
      preconditionFailure("\(Self.self) has no setting for this property.")
    }
    return found
  }

  // MARK: JSON

  /// The settings as JSON, by key; what isn't set is left out.
  package var json: JSONObject {
    JSONObject(Self.table.compactMap { one in one.value(in: self).map { (key: one.key, value: $0.json) } })
  }

  /// Settings from JSON. What is missing stays at its default, and so does what has the wrong type.
  /// - Parameter names: other names for keys, of earlier versions.
  package init(json: JSONObject, orNamed names: [String: String] = [:]) {
    self.init()
    for one in Self.table {
      guard let value = json[one.key] ?? names[one.key].flatMap({ json[$0] }) else { continue }
      one.set(one.value(of: value), in: &self)
    }
  }
}

extension Setting {
  /// A JSON value of the setting's type; limits aren't checked.
  fileprivate func value(of json: JSONValue) -> SettingValue? {
    switch kind {
    case .flag: json.bool.map { .flag($0) }
    case .whole: json.int.map { .whole($0) }
    case .number: json.double.map { .number($0) }
    case .choice: json.int.map { .whole($0) } ?? json.string.map { .text($0) }
    case .text, .file: json.string.map { .text($0) }
    case .texts: json.array.map { .texts($0.compactMap(\.string)) }
    }
  }
}
