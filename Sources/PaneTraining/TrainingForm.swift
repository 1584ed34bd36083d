import Drawing
import WorkbenchCore

/// What a new job needs, field by field, with the workspace's own values to begin with.
struct TrainingForm: Sendable {
  private static let byEpochs = "by epochs"
  private static let refuse = "refuse"
  private static let accept = "accept"

  var fields: Form
  private let settings: TrainingSettings
  private let known: JobDetail?

  init(_ snapshot: Snapshot) {
    let defaults = snapshot.workspace.training
    let models = snapshot.workspace.models.filter(\.isLocal).map(\.name)
    settings = defaults.settings
    known = snapshot.job
    let base = defaults.base ?? models.first ?? ""
    let data = defaults.data ?? snapshot.jobs.first?.data ?? ""
    fields = Form([
      FormField("base model", .choice(models.isEmpty ? [base] : models), value: base, hint: "←/→ chooses") { name in
        models.contains(name) ? nil : "No model called “\(name)” can be tuned here: add one with api: mlx."
      },
      FormField("data file", value: data, hint: "in the workspace; c collects one") { path in
        path.isEmpty ? "Name a file of rows, such as train/main.jsonl." : nil
      },
      FormField("mix in", value: settings.mix?.data ?? "", hint: "rows of other tasks; empty: none"),
      FormField("mix share", value: Figure.plain(settings.mix?.share ?? 0.1), hint: "their share of all rows") {
        Self.number($0, above: 0, upTo: 0.9)
      },
      FormField(
        "method", .choice(TrainingSettings.Method.allCases.map(\.rawValue)), value: settings.method.rawValue,
        hint: "lora fits most tasks"),
      FormField("rank", value: "\(settings.rank)", hint: "8–32 is usual") { [most = max(256, settings.rank)] text in
        Self.whole(text, 1...most)
      },
      FormField("scale", value: Figure.plain(settings.scale), hint: "how much the additions count") {
        Self.number($0, above: 0, upTo: 1000)
      },
      FormField("learning rate", value: Figure.plain(settings.learningRate), hint: "1e-4 is usual for LoRA") {
        [most = max(0.1, settings.learningRate)] text in
        Self.number(text, above: 0, upTo: most)
      },
      FormField(
        "schedule", .choice(TrainingSettings.Schedule.allCases.map(\.rawValue)), value: settings.schedule.rawValue,
        hint: "how the rate changes"),
      FormField("epochs", value: Figure.plain(settings.epochs), hint: "passes over the rows") {
        [most = max(100, settings.epochs)] text in
        Self.number(text, above: 0, upTo: most)
      },
      FormField("steps", value: settings.steps.map { "\($0)" } ?? "", hint: "empty: by epochs") {
        $0.isEmpty ? nil : Self.whole($0, 1...10_000_000)
      },
      FormField("batch size", value: "\(settings.batchSize)", hint: "rows in a step") {
        [most = max(1024, settings.batchSize)] text in
        Self.whole(text, 1...most)
      },
      FormField("max tokens", value: "\(settings.maxTokens)", hint: "longer rows are cut") {
        Self.whole($0, 8...10_000_000)
      },
      FormField("validation", value: Figure.plain(settings.validationShare), hint: "share of rows held back") {
        Self.number($0, above: 0, upTo: 0.5)
      },
      FormField("patience", value: "\(settings.patience)", hint: "0 = never stop early") {
        Self.whole($0, 0...100_000)
      },
      FormField("seed", value: "\(settings.seed)", hint: "the same seed repeats the job") {
        Self.whole($0, Int.min...Int.max)
      },
      FormField(
        "eval overlap", .choice([Self.refuse, Self.accept]), value: Self.refuse,
        hint: "rows that eval cases ask too"),
    ])
  }

  /// What is asked for; nil, with the focus on the field, when something is wrong.
  mutating func request() -> TrainRequest? {
    guard fields.problem == nil else {
      fields.focusProblem()
      return nil
    }
    return TrainRequest(
      base: fields["base model"], data: fields["data file"], settings: wanted,
      allowLeaks: fields["eval overlap"] == Self.accept)
  }

  /// The settings as the fields say; what can't be read stays as it was.
  private var wanted: TrainingSettings {
    var wanted = settings
    wanted.method = TrainingSettings.Method(rawValue: fields["method"]) ?? wanted.method
    wanted.schedule = TrainingSettings.Schedule(rawValue: fields["schedule"]) ?? wanted.schedule
    wanted.rank = Int(fields["rank"]) ?? wanted.rank
    wanted.scale = Double(fields["scale"]) ?? wanted.scale
    wanted.learningRate = Double(fields["learning rate"]) ?? wanted.learningRate
    wanted.epochs = Double(fields["epochs"]) ?? wanted.epochs
    wanted.steps = Int(fields["steps"])
    wanted.batchSize = Int(fields["batch size"]) ?? wanted.batchSize
    wanted.maxTokens = Int(fields["max tokens"]) ?? wanted.maxTokens
    wanted.validationShare = Double(fields["validation"]) ?? wanted.validationShare
    wanted.patience = Int(fields["patience"]) ?? wanted.patience
    wanted.seed = Int(fields["seed"]) ?? wanted.seed
    let others = fields["mix in"]
    wanted.mix = others.isEmpty ? nil : TrainingMix(data: others, share: Double(fields["mix share"]) ?? 0.1)
    return wanted
  }

  /// Rows to learn from, as far as an earlier job with the same file tells.
  private var learntRows: Double? {
    guard let rows = known?.rows, known?.job.data == fields["data file"],
      known?.job.settings.mix == wanted.mix
    else { return nil }
    let learnt = Double(rows.train + rows.validation) * (1 - wanted.validationShare)
    return learnt > 0 ? learnt : nil
  }

  /// The fields with hints for what is typed now.
  var described: Form {
    var shown = fields
    let wanted = wanted
    if fields["learning rate"] == Figure.plain(settings.learningRate) { shown.describe("learning rate", hint: "") }
    if wanted.mix == nil { shown.describe("mix share", hint: "nothing is mixed in", isIdle: true) }
    guard let steps = wanted.steps else { return shown }
    shown.describe("epochs", hint: "steps win over epochs", isIdle: true)
    if let rows = learntRows {
      let epochs = Double(steps) * Double(max(1, wanted.batchSize * wanted.gradientAccumulation)) / rows
      shown.describe("steps", hint: "= \(Figure.decimal(epochs, places: 1)) epochs")
    }
    return shown
  }

  /// How long it would take, as far as an earlier job tells.
  var estimate: String {
    let wanted = wanted
    let batch = max(1, wanted.batchSize * wanted.gradientAccumulation)
    var steps = wanted.steps
    if steps == nil, let learnt = learntRows {
      steps = max(1, Int((learnt / Double(batch)).rounded(.up) * wanted.epochs))
    }
    guard let steps else {
      return "Steps: rows × \(Figure.plain(1 - wanted.validationShare)) ÷ \(batch) × \(Figure.plain(wanted.epochs))."
    }
    guard let known, known.job.base == fields["base model"], let pace = pace(of: known), pace > 0 else {
      return "\(Figure.count(steps, "step")); how long isn't known before the first job."
    }
    let share = Double(batch) / Double(max(1, known.job.settings.batchSize * known.job.settings.gradientAccumulation))
    let seconds = Double(steps) / pace * share
    return "\(Figure.count(steps, "step")), about \(Figure.duration(seconds)) at the pace of job \(known.job.id)."
  }

  private func pace(of detail: JobDetail) -> Double? {
    let rates = detail.metrics.suffix(50).compactMap(\.stepsPerSecond)
    return rates.isEmpty ? nil : rates.reduce(0, +) / Double(rates.count)
  }

  private static func whole(_ text: String, _ range: ClosedRange<Int>) -> String? {
    guard let number = Int(text) else { return "A whole number is wanted." }
    if range.contains(number) { return nil }
    return number < range.lowerBound ? "\(range.lowerBound) is the least." : "\(range.upperBound) is the most."
  }

  private static func number(_ text: String, above low: Double, upTo high: Double) -> String? {
    guard let number = Double(text), number.isFinite else { return "A number is wanted, such as 0.001 or 1e-3." }
    if number <= low { return "It must be more than \(Figure.plain(low))." }
    return number > high ? "\(Figure.plain(high)) is the most." : nil
  }

  func draw(over rect: Rect, on surface: inout Surface, theme: Theme) {
    let place = rect.centered(Size(width: min(rect.width, 92), height: min(rect.height, fields.fields.count + 4)))
    surface.fill(place, style: theme[.overlay].over(theme[.text]))
    let inner = surface.frame(
      place, title: "New training job · Esc closes", style: theme[.overlayBorder], titleStyle: theme[.overlayTitle])
    let parts = inner.inset(dx: inner.width > 30 ? 1 : 0, dy: 0).rows([.rest, .fixed(inner.height > 6 ? 2 : 0)])
    described.draw(in: parts[0], focused: true, on: &surface, theme: theme)
    guard parts[1].height > 1 else { return }
    let words = fields.problem.map { [Span("✗ " + $0, theme[.error])] } ?? [Span(estimate, theme[.info])]
    surface.write(words, in: parts[1].row(1))
  }
}
