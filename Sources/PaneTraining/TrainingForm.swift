import Domain
import Drawing
import NumberFormat
import WorkbenchCore

/// What a new job needs, field by field, with the workspace's own values to begin with.
struct TrainingForm: Sendable {
  /// A field of the form.
  private enum ID: Hashable {
    case base, data, backend
    case setting(TrainingSetting)
    case halving, priority, leaks

    var label: String {
      switch self {
      case .base: "base model"
      case .data: "data file"
      case .backend: "back end"
      case .setting(let setting): setting.label
      case .halving: "halving"
      case .priority: "priority"
      case .leaks: "eval overlap"
      }
    }
  }

  private static let refuse = "refuse"
  private static let accept = "accept"
  /// The settings that the form asks for.
  private static let asked = TrainingSettings.table.filter { $0.uses.contains(.form) }

  var fields: Form
  private let settings: TrainingSettings
  private let known: JobDetail?

  /// - Parameter detail: The job that is shown, whose speed tells what a like job takes.
  init(_ snapshot: Snapshot, detail: JobDetail? = nil) {
    let defaults = snapshot.workspace.training
    let models = snapshot.workspace.models.filter { $0.isLocal || $0.canBeTunedHosted }.map(\.name)
    settings = defaults.settings
    known = detail
    let base = defaults.base ?? models.first ?? ""
    let data = defaults.data ?? snapshot.jobs.first?.data ?? ""
    let backends = snapshot.workspace.backends.filter { $0.isAvailable(snapshot.workspace) }.names
    func field(
      _ id: ID, _ kind: FormField.Kind = .text, value: String, hint: String,
      check: @escaping @Sendable (String) -> String? = { _ in nil }
    ) -> FormField { FormField(id.label, kind, value: value, hint: hint, check: check) }
    fields = Form(
      [
        field(.base, .choice(models.isEmpty ? [base] : models), value: base, hint: "←/→ chooses") { name in
          models.contains(name) ? nil : "No model called “\(name)” can be tuned: add one with api: mlx."
        },
        field(.data, value: data, hint: "of rows; C collects one") { path in
          path.isEmpty ? "Name a file of rows, such as train/main.jsonl." : nil
        },
        field(
          .backend, .choice(backends), value: defaults.backend ?? backends.first ?? BackendName.mlx.rawValue,
          hint: "what does the work"),
      ] + Self.asked.map { Self.field(for: $0, in: defaults.settings) } + [
        field(.halving, .choice(["no", "yes"]), value: "no", hint: "of a sweep only the best go on"),
        field(.priority, value: "0", hint: "higher: before waiting jobs") {
          Int($0).map((-1000...1000).contains) == true ? nil : "Expected a whole number from -1000 to 1000."
        },
        field(.leaks, .choice([Self.refuse, Self.accept]), value: Self.refuse, hint: "rows that eval cases ask too"),
      ])
  }

  /// The field of a setting: a list of values, with commas, where a sweep can try several.
  private static func field(for setting: TrainingSetting, in settings: TrainingSettings) -> FormField {
    let value = setting.value(in: settings)
    let label = ID.setting(setting).label
    if case .choice(let words) = setting.kind {
      return FormField(label, .choice(words), value: value?.text ?? "", hint: setting.help)
    }
    return FormField(label, value: text(value), hint: setting.help) { text in
      if text.isEmpty, setting.unset != nil { return nil }
      let isWrong = values(of: text, setting).contains(nil)
      return isWrong ? "Expected \(setting.expected)." : nil
    }
  }

  private static func text(_ value: SettingValue?) -> String {
    if case .number(let number) = value { return NumberFormat.plain(number) }
    return value?.text ?? ""
  }

  /// What a field's text says, value by value; nil for what can't be read.
  private static func values(of text: String, _ setting: TrainingSetting) -> [SettingValue?] {
    guard setting.uses.contains(.sweep) else { return [setting.value(from: text)] }
    return text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      setting.value(from: part.filter { $0 != " " })
    }
  }

  private subscript(id: ID) -> String { fields[id.label] }

  /// What is asked for; nil, with the focus on the field, when something is wrong.
  mutating func request() -> TrainRequest? {
    guard fields.problem == nil else {
      fields.focusProblem()
      return nil
    }
    return current
  }

  /// What is asked for as the fields stand; nil while something is wrong.
  var current: TrainRequest? {
    guard fields.problem == nil else { return nil }
    return TrainRequest(
      base: self[.base], data: self[.data], settings: wanted, allowLeaks: self[.leaks] == Self.accept,
      backend: self[.backend], order: QueueOrder(priority: Int(self[.priority]) ?? 0))
  }

  /// What is tried, where a field names several values.
  private var axes: SweepRequest.Axes {
    var axes = SweepRequest.Axes()
    let wanted = wanted
    for setting in Self.asked where setting.uses.contains(.sweep) && setting.matters(in: wanted) {
      let values = Self.values(of: self[.setting(setting)], setting).compactMap(\.self)
      if values.count > 1 { axes[setting] = values }
    }
    return axes
  }

  /// The sweep that is asked for; nil where each field has one value.
  func sweep(_ request: TrainRequest, _ snapshot: Snapshot) -> SweepRequest? {
    guard axes.count > 1 else { return nil }
    var number = snapshot.sweepNames.count + 1
    while snapshot.sweepNames.contains("sweep-\(number)") { number += 1 }
    let cases = request.settings?.checkpointCases ?? 0
    return SweepRequest(
      name: "sweep-\(number)", job: request, axes: axes, halving: self[.halving] == "yes" ? 2 : nil,
      cases: cases > 0 ? cases : 50)
  }

  /// The settings as the fields say; what can't be read stays as it was.
  private var wanted: TrainingSettings {
    var wanted = settings
    for setting in Self.asked {
      let text = self[.setting(setting)]
      guard !text.isEmpty else {
        setting.set(nil, in: &wanted)
        continue
      }
      if let value = Self.values(of: text, setting).first ?? nil { setting.set(value, in: &wanted) }
    }
    return wanted
  }

  /// Rows to learn from, as far as an earlier job with the same file tells.
  private var learntRows: Double? {
    guard let rows = known?.rows, known?.job.data == self[.data],
      known?.job.settings.mix == wanted.mix
    else { return nil }
    let learnt = Double(rows.train + rows.validation) * (1 - wanted.validationShare)
    return learnt > 0 ? learnt : nil
  }

  /// The fields with hints for what is typed now.
  var described: Form {
    var shown = fields
    let wanted = wanted
    for setting in Self.asked where !setting.matters(in: wanted) && setting.value(in: wanted) != nil {
      shown.describe(ID.setting(setting).label, hint: "has no effect here", isIdle: true)
    }
    if let steps = wanted.steps {
      shown.describe(ID.setting(TrainingSettings.setting(\.epochs)).label, hint: "steps win over epochs", isIdle: true)
      if let rows = learntRows {
        let epochs = Double(steps) * max(1, Double(wanted.batchSize) * Double(wanted.gradientAccumulation)) / rows
        shown.describe(
          ID.setting(TrainingSettings.setting(\.steps)).label,
          hint: "= \(NumberFormat.fixed(epochs, decimals: 1)) epochs")
      }
    }
    return shown
  }

  /// What it would take, as far as is known.
  private func estimate(_ snapshot: Snapshot) -> String {
    let trials = axes.count
    let words = trials > 1 ? "A sweep of \(trials) jobs; each: " : ""
    guard let current else { return words + "…" }
    return words + (snapshot[TrainingEstimateQuery(current)].answer?.sentence ?? "…")
  }

  func draw(_ snapshot: Snapshot, over rect: Rect, on surface: inout Surface, theme: Theme) {
    let inner = surface.popup(
      Size(width: 92, height: fields.fields.count + 5),
      title: "New training job · values with commas: a sweep · Esc closes", over: rect, theme: theme)
    let parts = inner.rows([.rest, .fixed(inner.height > 8 ? 3 : 0)])
    described.draw(in: parts[0], focused: true, on: &surface, theme: theme)
    guard parts[1].height > 1 else { return }
    let isWrong = fields.problem != nil
    let words = fields.problem.map { "✗ " + $0 } ?? estimate(snapshot)
    for (index, line) in TextWidth.wrap(words, to: parts[1].width).prefix(2).enumerated() {
      surface.write([Span(line, theme[isWrong ? .error : .info])], in: parts[1].row(index + 1))
    }
  }
}
