import Domain
import Evidence

/// Several jobs that differ in a few settings, to find out which do best.
package struct SweepRequest: Sendable, Hashable {
  /// What is tried: every combination is a trial.
  package struct Axes: Sendable, Hashable {
    /// The values that are tried, by setting.
    private var values: [TrainingSetting: [SettingValue]] = [:]
    /// Nothing.
    package init() {}
    /// The settings that are varied, in the table's order.
    package var settings: [TrainingSetting] { TrainingSettings.table.filter { values[$0] != nil } }
    /// How many trials that makes.
    package var count: Int { values.values.reduce(1) { $0 * $1.count } }
    /// The values of a setting; an empty list leaves it as it is.
    package subscript(setting: TrainingSetting) -> [SettingValue] {
      get { values[setting] ?? [] }
      set { values[setting] = newValue.isEmpty ? nil : newValue }
    }
    /// The values of the setting of a property.
    package subscript<Value: SettingRepresentable>(path: KeyPath<TrainingSettings, Value>) -> [Value] {
      get { self[TrainingSettings.setting(path)].compactMap { Value(settingValue: $0) } }
      set { self[TrainingSettings.setting(path)] = newValue.compactMap(\.settingValue) }
    }
  }
  /// Names it; the same name with the same trials resumes what was begun.
  package var name: String
  /// What all have in common.
  package var job: TrainRequest
  /// What is tried.
  package var axes: Axes
  /// After a quarter and a half of the steps only one in so many trials goes on (successive halving, Jamieson and
  /// Talwalkar 2016); nil trains all to the end.
  package var halving: Int?
  /// Eval cases that each trial is judged on.
  package var cases: Int
  package init(name: String, job: TrainRequest = TrainRequest(), axes: Axes, halving: Int? = nil, cases: Int = 50) {
    self.name = name
    self.job = job
    self.axes = axes
    self.halving = halving
    self.cases = cases
  }

  /// The settings of each trial.
  package func trials(from settings: TrainingSettings) -> [TrainingSettings] {
    axes.settings.reduce([settings]) { trials, setting in
      trials.flatMap { trial in
        axes[setting].map { value in
          var trial = trial
          setting.choose(value, in: &trial)
          return trial
        }
      }
    }
  }
}

/// What comes next in a sweep: a pure state machine that knows of each trial how far it has come and how well it did there.
package struct SweepPlan: Sendable, Hashable {
  /// What to do next.
  package enum Action: Sendable, Hashable {
    /// Train a trial until this share of its steps is done, or to its end (1), and judge it there.
    case train(Int, upTo: Double)
    /// Nothing is left.
    case finished
  }

  /// How good a trial is: the higher score, then the lower validation loss.
  package struct Result: Sendable, Hashable, Comparable {
    /// Mean score on the eval cases, 0 to 1; nil where there are none.
    package var score: Double?
    /// Mean loss over the validation rows; nil where it wasn't measured or is no number.
    package var validationLoss: Double?
    package init(score: Double? = nil, validationLoss: Double? = nil) {
      self.score = score
      self.validationLoss = validationLoss?.finite
    }
    /// Whether the left one is worse.
    package static func < (left: Result, right: Result) -> Bool {
      let (a, b) = (left.score ?? -1, right.score ?? -1)
      if a != b { return a < b }
      return (left.validationLoss ?? .infinity) > (right.validationLoss ?? .infinity)
    }
  }

  /// Shares of the steps after which trials are compared; the last is 1.
  package let rungs: [Double]
  /// One in so many goes on.
  private let factor: Int
  private var results: [[Result?]]
  private var failed: Set<Int> = []
  /// The trials that are still in, by rung.
  private var alive: [[Int]]

  /// A plan for so many trials.
  /// - Parameter halving: nil trains all to the end.
  package init(trials: Int, halving: Int?) {
    factor = max(2, halving ?? 2)
    rungs = halving == nil || trials < 2 ? [1] : trials < factor * factor ? [0.5, 1] : [0.25, 0.5, 1]
    results = Array(repeating: Array(repeating: nil, count: rungs.count), count: trials)
    alive = [Array(0..<trials)]
  }

  /// What comes next.
  package var next: Action {
    let rung = alive.count - 1
    guard let open = alive[rung].first(where: { results[$0][rung] == nil && !failed.contains($0) }) else {
      return .finished
    }
    return .train(open, upTo: rungs[rung])
  }

  /// Takes what a trial did at the rung it was trained to.
  package mutating func record(_ result: Result, of trial: Int) {
    results[trial][alive.count - 1] = result
    advance()
  }

  /// Takes a trial out that can't go on.
  package mutating func fail(_ trial: Int) {
    failed.insert(trial)
    advance()
  }

  /// Whether a trial came to a bad end.
  package func hasFailed(_ trial: Int) -> Bool { failed.contains(trial) }

  private mutating func advance() {
    let rung = alive.count - 1
    let there = alive[rung].filter { !failed.contains($0) }
    guard rung + 1 < rungs.count, !there.isEmpty, there.allSatisfy({ results[$0][rung] != nil }) else { return }
    let ranked = there.sorted { left, right in
      guard let a = results[left][rung], let b = results[right][rung], a != b else { return left < right }
      return a > b
    }
    alive.append(ranked.prefix((there.count + factor - 1) / factor).sorted())
  }
}

/// Where a sweep stands, from its jobs and their checkpoints' runs.
package struct SweepReport: Sendable {
  /// One trial.
  package struct Row: Sendable, Identifiable {
    /// Its job.
    package var job: TrainingJob
    /// The run that judges it: that of its best checkpoint, or of the one that was evaluated last; nil where none was.
    package var run: Run?
    /// Same as the job's.
    package var id: JobID { job.id }
  }
  /// The sweep's name.
  package var name: String
  /// Best first; those that aren't judged yet come last.
  package var rows: [Row]
  /// Settings in which its jobs differ.
  package var axes: [TrainingSetting]
}

extension TrainingSetting {
  /// The settings that a sweep can vary.
  package static var sweepable: [TrainingSetting] { TrainingSettings.table.filter { $0.uses.contains(.sweep) } }
}

extension Snapshot {
  /// The sweeps there are, newest first.
  package var sweepNames: [String] {
    var names: [String] = []
    for name in jobs.compactMap(\.sweep) where !names.contains(name) { names.append(name) }
    return names
  }

  /// Where a sweep stands.
  package func sweep(_ name: String) -> SweepReport {
    // A trial is judged by its best checkpoint's newest run, and where that has none by its newest one: of the rung it
    // came to.
    let trials = jobs.filter { $0.sweep == name }
    let best = Dictionary(uniqueKeysWithValues: trials.map { ($0.id, $0.best?.step) })
    var judged: [JobID: (run: Run, isBest: Bool)] = [:]
    for run in runs where run.summary.scored > 0 && workspace.evalSet(run.set)?.isGeneral != true {
      guard let checkpoint = CheckpointName(run.variant.name), let step = best[checkpoint.job] else { continue }
      let isBest = checkpoint.step == step
      if let known = judged[checkpoint.job],
        known.isBest != isBest ? known.isBest : known.run.id > run.id
      {
        continue
      }
      judged[checkpoint.job] = (run, isBest)
    }
    let rows = trials.map { SweepReport.Row(job: $0, run: judged[$0.id]?.run) }
    let axes = TrainingSetting.sweepable.filter { setting in
      Set(rows.map { setting.value(in: $0.job.settings) }).count > 1
    }
    let sorted = rows.sorted { left, right in
      let (a, b) = (left.result, right.result)
      return a == b ? left.job.id < right.job.id : a > b
    }
    return SweepReport(name: name, rows: sorted, axes: axes)
  }
}

extension SweepReport.Row {
  /// How good it is: by the run that judges it, else by the validation loss of its best checkpoint.
  package var result: SweepPlan.Result {
    SweepPlan.Result(score: run?.summary.mean, validationLoss: job.best?.validationLoss)
  }

  /// The validation loss to show: of its best checkpoint, or what it is instead of a number.
  package var loss: Double? { job.best?.validationLoss ?? job.validationLoss.flatMap { $0.isFinite ? nil : $0 } }

  /// Whether anything is known of how good it is.
  package var isJudged: Bool { run != nil || job.best?.validationLoss != nil }
}

extension SweepReport {
  /// Trials that ended with the same losses, to the last digit, although they differ in a setting: at least two in each
  /// group. It may have no effect, then.
  package var equalTrials: [[JobID]] {
    struct Losses: Hashable { var train, validation, best: Double? }
    var groups: [Losses: [JobID]] = [:]
    // One that failed on its way may have come no further than where all are alike.
    for job in rows.map(\.job) where job.state == .finished || job.state == .paused {
      let losses = Losses(
        train: job.trainLoss?.finite, validation: job.validationLoss?.finite, best: job.best?.validationLoss)
      if losses.train != nil || losses.validation != nil { groups[losses, default: []].append(job.id) }
    }
    return groups.values.filter { $0.count > 1 }.map { $0.sorted() }.sorted { $0[0] < $1[0] }
  }
}
