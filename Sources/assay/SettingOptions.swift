import ArgumentParser
import Domain
import WorkbenchCore

/// An option for each training setting, made from the settings' table. ArgumentParser finds options by reflection, so this
/// value reflects itself as the properties that a command would otherwise declare one by one.
struct SettingOptions: ParsableArguments, CustomReflectable {
  /// What was given, by setting: one value, or several with commas between them.
  private(set) var given: [TrainingSetting: [SettingValue]] = [:]
  private var problem: String?

  init() {}

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    for setting in TrainingSettings.table {
      let key = Key(setting)
      if setting.kind == .flag {
        if let value = try container.decode(Flag<Bool?>.self, forKey: key).wrappedValue {
          given[setting] = [.flag(value)]
        }
      } else if let text = try container.decode(Option<String?>.self, forKey: key).wrappedValue {
        take(text, for: setting)
      }
    }
  }

  private mutating func take(_ text: String, for setting: TrainingSetting) {
    let isList = setting.uses.contains(.sweep)
    let parts = isList ? text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) : [text]
    let values = parts.compactMap { setting.value(from: isList ? $0.filter { $0 != " " } : $0) }
    if values.count != parts.count {
      problem = problem ?? "--\(setting.flag) must be \(setting.expected), not \(text.prefix(40))."
    } else if Set(values).count != values.count {
      problem = problem ?? "--\(setting.flag) names a value twice."
    }
    given[setting] = values
  }

  func validate() throws {
    if let problem { throw ValidationError(problem) }
    let steps = TrainingSettings.setting(\.steps), epochs = TrainingSettings.setting(\.epochs)
    if given[steps] != nil, given[epochs] != nil { throw ValidationError("Give either --steps or --epochs.") }
  }

  /// Refuses several values for one setting, which only a sweep can try.
  func requireSingleValues() throws {
    guard let setting = TrainingSettings.table.first(where: { (given[$0]?.count ?? 0) > 1 }) else { return }
    throw ValidationError("--\(setting.flag) takes one value here; `assay sweep` tries several.")
  }

  /// The settings with what was given in the place of theirs.
  /// - Throws: `WorkbenchError.input` for a share of rows without a file of them.
  func applied(to settings: TrainingSettings) throws -> TrainingSettings {
    var settings = settings
    for setting in TrainingSettings.table {
      if let value = given[setting]?.first { setting.choose(value, in: &settings) }
    }
    let share = TrainingSettings.table.first { $0.key == "mix.share" }.flatMap { given[$0]?.first?.double }
    if let share, share > 0, settings.mix == nil {
      throw WorkbenchError.input("--mix-share has no file to take rows from: add --mix FILE or training.mix.data.")
    }
    return settings
  }

  /// What a sweep tries: the settings with several values.
  var axes: SweepRequest.Axes {
    var axes = SweepRequest.Axes()
    for (setting, values) in given where values.count > 1 { axes[setting] = values }
    return axes
  }

  // MARK: Reflection

  var customMirror: Mirror {
    Mirror(self, children: TrainingSettings.table.map { (label: Key($0).stringValue, value: Self.argument(for: $0)) })
  }

  private static func argument(for setting: TrainingSetting) -> Any {
    let sentence = setting.help.prefix(1).uppercased() + setting.help.dropFirst() + "."
    let help = ArgumentHelp(sentence, valueName: valueName(of: setting.kind))
    if setting.kind == .flag {
      return Flag<Bool?>(name: .customLong(setting.flag), inversion: .prefixedNo, help: help)
    }
    let completion: CompletionKind? =
      switch setting.kind {
      case .choice(let words): .list(words)
      case .file: .file()
      default: nil
      }
    return Option<String?>(name: .customLong(setting.flag), help: help, completion: completion)
  }

  private static func valueName(of kind: TrainingSetting.Kind) -> String {
    switch kind {
    case .flag: ""
    case .whole: "n"
    case .number: "number"
    case .choice(let words): words.joined(separator: "|")
    case .text, .texts: "text"
    case .file: "file"
    }
  }

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(_ setting: TrainingSetting) { stringValue = setting.flag }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}
