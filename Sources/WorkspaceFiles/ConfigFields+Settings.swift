import Domain
import Files

extension ConfigFields {
  /// Reads the settings of a table. One that is missing, or wrong, stays as it is; what is wrong is noted.
  /// - Parameter folder: the workspace, which files of settings are in.
  mutating func read<Values: SettingTable>(
    _ table: [Setting<Values>], into values: inout Values, in folder: WorkspaceFolder
  ) {
    for one in table where one.place.group == nil { read(one, as: one.key, into: &values, in: folder) }
    var groups: [String] = []
    for case let group? in table.map(\.place.group) where !groups.contains(group) { groups.append(group) }
    for name in groups {
      guard let value = value(name), var group = ConfigFields(value) else { continue }
      for one in table where one.place.group == name { group.read(one, as: one.place.name, into: &values, in: folder) }
      group.finish()
    }
  }

  private mutating func read<Values: SettingTable>(
    _ setting: Setting<Values>, as key: String, into values: inout Values, in folder: WorkspaceFolder
  ) {
    let found: SettingValue? =
      switch setting.kind {
      case .flag: flag(key).map { .flag($0) }
      case .whole: whole(key, setting)
      case .number:
        isAuto(key, setting) ? nil : number(key, setting.expected) { setting.allows(.number($0)) }.map { .number($0) }
      case .choice(let words): choice(key, among: words).map { .text($0) }
      case .text: line(key, setting)
      case .file: file(key, setting.expected, in: folder).map { .text($0) }
      case .texts: texts(key).map { .texts($0) }
      }
    if let found { setting.set(found, in: &values) }
  }

  private mutating func whole<Values>(_ key: String, _ setting: Setting<Values>) -> SettingValue? {
    guard !isAuto(key, setting), let value = value(key) else { return nil }
    guard let number = value.scalar?.int, setting.allows(.whole(number)) else {
      isBroken = true
      value.expected(setting.expected)
      return nil
    }
    return .whole(number)
  }

  private mutating func line<Values>(_ key: String, _ setting: Setting<Values>) -> SettingValue? {
    guard let text = text(key, setting.expected) else { return nil }
    guard setting.allows(.text(text)) else {
      fail(key, "Expected \(setting.expected).")
      return nil
    }
    return .text(text)
  }

  private mutating func isAuto<Values>(_ key: String, _ setting: Setting<Values>) -> Bool {
    setting.uses.contains(.auto) && value(key)?.text == "auto"
  }

  /// A file that a key names; nil, and noted, when it can't be read.
  mutating func file(_ key: String, _ expected: String, in folder: WorkspaceFolder) -> String? {
    guard let path = text(key, expected) else { return nil }
    do {
      _ = try folder.reading(path, mayBeAbsolute: true)
      return path
    } catch {
      fail(key, error.description)
      return nil
    }
  }
}
