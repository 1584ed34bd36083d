import Drawing
import NumberFormat
import WorkbenchCore

/// What a new job needs, field by field, with the workspace's own values to begin with.
struct TrainingForm: Sendable {
  private static let refuse = "refuse"
  private static let accept = "accept"

  var fields: Form
  private let settings: TrainingSettings
  private let known: JobDetail?

  /// - Parameter detail: The job that is shown, whose speed tells what a like job takes.
  init(_ snapshot: Snapshot, detail: JobDetail? = nil) {
    let defaults = snapshot.workspace.training
    let models = snapshot.workspace.models.filter { $0.isLocal || $0.api.word == "openai" }.map(\.name)
    settings = defaults.settings
    known = detail
    let base = defaults.base ?? models.first ?? ""
    let data = defaults.data ?? snapshot.jobs.first?.data ?? ""
    fields = Form([
      FormField("base model", .choice(models.isEmpty ? [base] : models), value: base, hint: "←/→ chooses") { name in
        models.contains(name) ? nil : "No model called “\(name)” can be tuned: add one with api: mlx."
      },
      FormField("data file", value: data, hint: "of rows; C collects one") { path in
        path.isEmpty ? "Name a file of rows, such as train/main.jsonl." : nil
      },
      FormField("mix in", value: settings.mix?.data ?? "", hint: "rows of other tasks, or none"),
      FormField("mix share", value: NumberFormat.plain(settings.mix?.share ?? 0.1), hint: "their share of all rows") {
        Self.number($0, above: 0, upTo: 0.9)
      },
      FormField(
        "back end", .choice(Self.backends(snapshot)), value: defaults.backend ?? Self.backends(snapshot).first ?? "mlx",
        hint: "what does the work"),
      FormField(
        "objective", .choice(TrainingSettings.Objective.allCases.map(\.rawValue)), value: settings.objective.rawValue,
        hint: "answers, or pairs of answers"),
      FormField(
        "method", .choice(TrainingSettings.Method.allCases.map(\.rawValue)), value: settings.method.rawValue,
        hint: "lora fits most tasks"),
      FormField("rank", value: "\(settings.rank)", hint: "8–32; several: a sweep") {
        [most = max(256, settings.rank)] text in
        Self.each(text) { Self.whole($0, 1...most) }
      },
      FormField("scale", value: NumberFormat.plain(settings.scale), hint: "how much the additions count") {
        Self.number($0, above: 0, upTo: 1000)
      },
      FormField(
        "learning rate", value: NumberFormat.plain(settings.learningRate), hint: "several, with commas: a sweep"
      ) {
        [most = max(0.1, settings.learningRate)] text in
        Self.each(text) { Self.number($0, above: 0, upTo: most) }
      },
      FormField(
        "schedule", .choice(TrainingSettings.Schedule.allCases.map(\.rawValue)), value: settings.schedule.rawValue,
        hint: "how the rate changes"),
      FormField("epochs", value: NumberFormat.plain(settings.epochs), hint: "passes over the rows") {
        [most = max(100, settings.epochs)] text in
        Self.each(text) { Self.number($0, above: 0, upTo: most) }
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
      FormField("validation", value: NumberFormat.plain(settings.validationShare), hint: "share of rows held back") {
        Self.number($0, above: 0, upTo: 0.5)
      },
      FormField("patience", value: "\(settings.patience)", hint: "0 = never stop early") {
        Self.whole($0, 0...100_000)
      },
      FormField("data share", value: NumberFormat.plain(settings.dataShare), hint: "of the rows; several: a sweep") {
        Self.each($0) { Self.number($0, above: 0, upTo: 1) }
      },
      FormField("halving", .choice(["no", "yes"]), value: "no", hint: "of a sweep only the best go on"),
      FormField(
        "checkpoints", value: "\(settings.checkpointCases)", hint: "eval cases for each; 0: none"
      ) { Self.whole($0, 0...100_000) },
      FormField("answers", value: "\(settings.samples)", hint: "cases, at each checkpoint") {
        Self.whole($0, 0...16)
      },
      FormField("max hours", value: settings.maxHours.map { NumberFormat.plain($0) } ?? "", hint: "empty: no limit") {
        $0.isEmpty ? nil : Self.number($0, above: 0, upTo: 100_000)
      },
      FormField("priority", value: "0", hint: "higher: before waiting jobs") { Self.whole($0, -1000...1000) },
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
    return current
  }

  /// What is asked for as the fields stand; nil while something is wrong.
  var current: TrainRequest? {
    guard fields.problem == nil else { return nil }
    return TrainRequest(
      base: fields["base model"], data: fields["data file"], settings: wanted,
      allowLeaks: fields["eval overlap"] == Self.accept, backend: fields["back end"],
      order: QueueOrder(priority: Int(fields["priority"]) ?? 0))
  }

  /// What is tried, where a field names several values.
  private var axes: SweepRequest.Axes {
    var axes = SweepRequest.Axes()
    func several(_ label: String) -> [Double] {
      let values = Self.parts(fields[label]).compactMap(Double.init)
      return values.count > 1 ? values : []
    }
    axes.learningRates = several("learning rate")
    axes.ranks = Self.parts(fields["rank"]).compactMap { Int($0) }
    if axes.ranks.count < 2 { axes.ranks = [] }
    if fields["steps"].isEmpty { axes.epochs = several("epochs") }
    axes.dataShares = several("data share")
    return axes
  }

  /// The sweep that is asked for; nil where each field has one value.
  func sweep(_ request: TrainRequest, _ snapshot: Snapshot) -> SweepRequest? {
    guard axes.count > 1 else { return nil }
    var number = snapshot.sweepNames.count + 1
    while snapshot.sweepNames.contains("sweep-\(number)") { number += 1 }
    let cases = request.settings?.checkpointCases ?? 0
    return SweepRequest(
      name: "sweep-\(number)", job: request, axes: axes, halving: fields["halving"] == "yes" ? 2 : nil,
      cases: cases > 0 ? cases : 50)
  }

  private static func backends(_ snapshot: Snapshot) -> [String] {
    TrainingBackend.words.filter { word in
      switch word {
      case "openai": snapshot.workspace.models.contains { !$0.isLocal && $0.api.word == "openai" }
      case "command": snapshot.workspace.training.command != nil
      case "slurm": snapshot.workspace.training.slurm != nil
      default: snapshot.workspace.models.contains(where: \.isLocal)
      }
    }
  }

  private static func parts(_ text: String) -> [String] {
    text.split(separator: ",", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
  }

  /// What is wrong with the first of several values.
  private static func each(_ text: String, _ check: (String) -> String?) -> String? {
    parts(text).lazy.compactMap(check).first
  }

  /// The settings as the fields say; what can't be read stays as it was.
  private var wanted: TrainingSettings {
    var wanted = settings
    wanted.method = TrainingSettings.Method(rawValue: fields["method"]) ?? wanted.method
    wanted.schedule = TrainingSettings.Schedule(rawValue: fields["schedule"]) ?? wanted.schedule
    func first(_ label: String) -> Double? { Self.parts(fields[label]).first.flatMap(Double.init) }
    wanted.objective = TrainingSettings.Objective(rawValue: fields["objective"]) ?? wanted.objective
    wanted.dataShare = first("data share") ?? wanted.dataShare
    wanted.checkpointCases = Int(fields["checkpoints"]) ?? wanted.checkpointCases
    wanted.samples = Int(fields["answers"]) ?? wanted.samples
    wanted.maxHours = Double(fields["max hours"])
    wanted.rank = Self.parts(fields["rank"]).first.flatMap { Int($0) } ?? wanted.rank
    wanted.scale = Double(fields["scale"]) ?? wanted.scale
    wanted.learningRate = first("learning rate") ?? wanted.learningRate
    wanted.epochs = first("epochs") ?? wanted.epochs
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
    if fields["learning rate"] == NumberFormat.plain(settings.learningRate) {
      shown.describe("learning rate", hint: "")
    }
    if wanted.mix == nil { shown.describe("mix share", hint: "nothing is mixed in", isIdle: true) }
    guard let steps = wanted.steps else { return shown }
    shown.describe("epochs", hint: "steps win over epochs", isIdle: true)
    if let rows = learntRows {
      let epochs = Double(steps) * max(1, Double(wanted.batchSize) * Double(wanted.gradientAccumulation)) / rows
      shown.describe("steps", hint: "= \(NumberFormat.fixed(epochs, decimals: 1)) epochs")
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

  private static func whole(_ text: String, _ range: ClosedRange<Int>) -> String? {
    guard let number = Int(text) else { return "A whole number is wanted." }
    if range.contains(number) { return nil }
    return number < range.lowerBound ? "\(range.lowerBound) is the least." : "\(range.upperBound) is the most."
  }

  private static func number(_ text: String, above low: Double, upTo high: Double) -> String? {
    guard let number = Double(text), number.isFinite else { return "A number is wanted, such as 0.001 or 1e-3." }
    if number <= low { return "It must be more than \(NumberFormat.plain(low))." }
    return number > high ? "\(NumberFormat.plain(high)) is the most." : nil
  }

  func draw(_ snapshot: Snapshot, over rect: Rect, on surface: inout Surface, theme: Theme) {
    let inner = surface.popup(
      Size(width: 92, height: fields.fields.count + 5), title: "New training job · Esc closes", over: rect, theme: theme
    )
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
