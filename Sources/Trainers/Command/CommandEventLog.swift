import Domain
import Foundation
import Processes
import TrainerLogs

/// Writes down what a program's log and folder say of a job.
actor CommandEventLog {
  private let work: CommandWork
  private let folder: JobFolder
  private let events: EventLog
  private var follower: LogFollower?
  /// Steps planned, as last told.
  private var steps: Int
  private var lastStep = 0
  /// The last step whose training loss was told.
  private var lastTrained = 0
  /// Steps up to which all was told before this runner.
  private var toldBefore = 0
  private var validations: [Int: Double] = [:]
  private var checkpoints: Set<Int> = []
  private var best: Double?
  /// What is older was written by an earlier start.
  private let begun: Date
  private var heldEnd: TrainingEvent?
  /// The first step that was told before the job was resumed, until the first of the new start is known.
  private var toldFirst: Int?

  init(work: CommandWork, folder: JobFolder, events: EventLog, isPickedUp: Bool) {
    self.work = work
    self.folder = folder
    self.events = events
    steps = work.steps
    // File systems may count time in whole seconds.
    begun = isPickedUp ? .distantPast : Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))
    let past = events.history()
    validations = past.validations
    checkpoints = Set(past.checkpoints.values.map(\.step))
    best = past.lowest
    if isPickedUp {
      steps = past.steps ?? work.steps
      lastTrained = past.lastTrained
      toldBefore = past.lastTold
      lastStep = past.lastTold
    } else {
      toldFirst = past.firstTold
      lastStep = checkpoints.max() ?? 0
    }
  }

  /// Whether the program writes the job's events itself.
  private var writesEvents: Bool { Self.isEvents(work.log, of: folder) }

  /// Whether a log is the job's events.
  static func isEvents(_ log: String?, of folder: JobFolder) -> Bool {
    guard let log else { return false }
    return (log as NSString).standardizingPath == (folder.events as NSString).standardizingPath
  }

  /// The first words.
  func start() {
    guard !writesEvents else { return }
    if toldFirst == nil {
      tellStart(from: 0)
    } else {
      events.append(.note("The trainer is started again; from which step on shows with its first report."))
    }
    findLog()
    for warning in work.warnings { events.append(.warning(warning)) }
  }

  /// Tells where a job that is resumed goes on, once the first step that the trainer reports is known.
  private func tellStart(ofFirst step: Int) {
    guard let first = toldFirst else { return }
    toldFirst = nil
    // What a new start reports first is what the first one did.
    guard step <= first else { return tellStart(from: step - 1) }
    lastStep = 0
    events.append(.note("The trainer has begun from the beginning: it didn't go on from what was saved."))
    tellStart(from: 0)
  }

  private func tellStart(from step: Int) {
    validations = validations.filter { $0.key <= step }
    checkpoints = checkpoints.filter { $0 <= step }
    if checkpoints.isEmpty { best = nil }
    events.append(
      .start(
        TrainingStart(
          steps: steps, firstStep: step, trainRows: work.trainRows, validationRows: work.validationRows)))
  }

  /// Tells what is new.
  func follow(isOver: Bool = false) {
    guard !writesEvents else { return }
    findLog()
    for item in follower?.items(isOver: isOver) ?? [] { tell(item) }
    lookForCheckpoints()
  }

  private func findLog() {
    guard follower == nil, let path = work.log ?? LogFollower.find(in: folder.output) else { return }
    follower = LogFollower(path, since: begun)
  }

  private func tell(_ item: FollowedItem) {
    switch item {
    case .log(let item): tell(item)
    case .event(let event): tell(event)
    }
  }

  private func tell(_ item: LogItem) {
    switch item {
    case .steps(let count):
      guard count != steps else { return }
      steps = count
      if toldFirst == nil { tellStart(from: lastStep) }
    case .train(let metric):
      guard metric.step > toldBefore else { return }
      tellStart(ofFirst: metric.step)
      if metric.step < lastTrained {
        // It was begun anew.
        lastStep = metric.step - 1
        tellStart(from: max(0, lastStep))
      }
      lastTrained = metric.step
      lastStep = max(lastStep, metric.step)
      events.append(.train(metric))
    case .validation(let step, let loss):
      guard step > toldBefore else { return }
      tellStart(ofFirst: step)
      validations[step] = loss
      lastStep = max(lastStep, step)
      events.append(.validation(step: step, loss: loss))
    }
  }

  /// Hands on what a trainer says in our own words, as far as it can be true.
  private func tell(_ event: TrainingEvent) {
    switch event.kind {
    case .start(let start):
      // It says itself where it goes on.
      toldFirst = nil
      validations = validations.filter { $0.key <= start.firstStep }
      checkpoints = checkpoints.filter { $0 <= start.firstStep }
      if checkpoints.isEmpty { best = nil }
      steps = start.steps
      lastStep = start.firstStep
      lastTrained = start.firstStep
      events.append(event.kind)
    case .train(let metric): tell(LogItem.train(metric))
    case .validation(let step, let loss): tell(LogItem.validation(step: step, loss: loss))
    case .checkpoint(let checkpoint):
      guard !checkpoints.contains(checkpoint.step) else { return }
      if let place = Self.inside(folder.path, checkpoint.path) {
        register(place, at: checkpoint.step, checkpoint.validationLoss ?? validations[checkpoint.step])
      } else {
        events.append(
          .warning("The checkpoint \(checkpoint.path) is left out: it isn't a folder in the job's folder."))
      }
    // What comes after it would be lost.
    case .end: heldEnd = event
    case .preflight, .sample, .answers, .system, .warning, .note, .paused: events.append(event.kind)
    }
  }

  // MARK: Checkpoints

  /// `checkpoint-N` in the output's folder, as transformers' Trainer saves them: its state is the last file.
  private func lookForCheckpoints() {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.output)) ?? []
    let found = names.compactMap { name in CheckpointFolder.step(name).map { (step: $0, name: name) } }
    for (step, name) in found.sorted(by: { $0.step < $1.step }) where !checkpoints.contains(step) {
      let place = "\(folder.output)/\(name)"
      let file = place + "/trainer_state.json"
      guard let written = LogFollower.modified(file), written >= begun, Self.hasWeights(place),
        let path = Self.inside(folder.path, place),
        // Nil while it is being written.
        let state = TrainerState(file: file)
      else { continue }
      let loss = validations[step] ?? state.validation(at: step)
      register(path, at: step, loss)
    }
  }

  /// Tells of a checkpoint: the best is the one with the lowest validation loss, and where nothing is validated the newest.
  private func register(_ path: String, at step: Int, _ loss: Double?) {
    tellStart(ofFirst: step)
    checkpoints.insert(step)
    let isBest = loss?.finite.map { $0 < best ?? .infinity } ?? (best == nil && loss == nil)
    if isBest { best = loss ?? best }
    link("last", to: path)
    if isBest || !folder.has(folder.path + "/best") { link("best", to: path) }
    events.append(.checkpoint(Checkpoint(step: step, path: path, validationLoss: loss, isBest: isBest)))
  }

  /// Makes a link point elsewhere, without a moment in which it is missing.
  private func link(_ name: String, to path: String) {
    let temporary = "\(folder.path)/.\(name)"
    try? FileManager.default.removeItem(atPath: temporary)
    guard (try? FileManager.default.createSymbolicLink(atPath: temporary, withDestinationPath: path)) != nil else {
      return
    }
    _ = rename(temporary, "\(folder.path)/\(name)")
  }

  // MARK: The end

  /// Tells the rest when the program has ended.
  /// - Parameter status: as shells count it; nil where it isn't known.
  func end(status: Int?) {
    follow(isOver: true)
    if writesEvents { lastStep = folder.eventLog.recent.lastStep }
    if writesEvents, folder.eventLog.recent.hasEnded { return }
    let stop = folder.read(folder.stop, as: StopRequest.self)
    let isDone = status == 0 || (status == nil && steps > 0 && lastStep >= steps)
    // A request that came too late changes nothing.
    let isWhole = isDone && steps > 0 && lastStep >= steps
    var flaw: String?
    if isDone {
      do {
        let path = try adapterPlace()
        register(path, at: max(lastStep, checkpoints.max() ?? 0), validations[lastStep])
      } catch {
        flaw = error.description
      }
    }
    if let heldEnd {
      events.append(heldEnd.kind)
    } else if let stop, !isWhole {
      events.append(.end(folder.state(after: stop), message: stop.message, step: lastStep))
    } else if isDone, let flaw {
      let isSaved = !checkpoints.isEmpty
      let message = isSaved ? "\(flaw) The checkpoint of step \(checkpoints.max() ?? 0) is kept." : flaw
      events.append(.end(isSaved ? .finished : .failed, message: message, step: lastStep))
    } else if isDone {
      events.append(.end(.finished, message: "\(lastStep) steps are done.", step: lastStep))
    } else if status == nil {
      let message =
        LogDiagnosis.sentence(logAt: folder.log, status: nil)
        ?? "The trainer ended before its last step, while nobody followed it; its log is \(folder.log)."
      events.append(.end(.failed, message: message, step: lastStep))
    }
    // Otherwise its log says the rest.
  }

  private struct PlaceFlaw: Error, CustomStringConvertible {
    var description: String
  }

  /// Where the adapter is, relative to the job's folder.
  private func adapterPlace() throws(PlaceFlaw) -> String {
    let shown = LogText.clean(work.adapter)
    guard FileManager.default.fileExists(atPath: work.adapter) else {
      throw PlaceFlaw(
        description:
          "The trainer ended well, but left nothing at \(shown): say in `training.command.adapter` where its "
          + "adapter is.")
    }
    guard Self.inside(folder.path, work.adapter) != nil else {
      throw PlaceFlaw(
        description: "The trainer's adapter at \(shown) is no folder in the job's folder: have it written to {output}.")
    }
    for place in [work.adapter] + Self.numbered(in: work.adapter) where Self.hasWeights(place) {
      if let path = Self.inside(folder.path, place) { return path }
    }
    throw PlaceFlaw(
      description: "The trainer ended well, but there are no weights in \(shown): say in `training.command.adapter` "
        + "where its adapter is.")
  }

  /// `epoch_2`, `step_40` and `checkpoint-40` in a folder, the highest number first.
  private static func numbered(in folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let found = names.compactMap { name in
      ["epoch_", "step_", "checkpoint-"].lazy.compactMap { CheckpointFolder.number(name, after: $0) }.first
        .map { (number: $0, name: name) }
    }
    return found.sorted { $0.number > $1.number }.map { folder + "/" + $0.name }
  }

  /// Whether a folder holds an adapter or a model.
  private static func hasWeights(_ folder: String) -> Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.contains { name in
      [".safetensors", ".bin", ".gguf", ".pt"].contains { name.hasSuffix($0) } && name != "training_args.bin"
        && name != "optimizer.pt" && name != "scheduler.pt"
    }
  }

  /// A folder's path relative to another that it is really in, links followed; nil where it isn't.
  static func inside(_ folder: String, _ path: String) -> String? {
    let path = path.hasPrefix("/") ? path : folder + "/" + path
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue,
      let root = real(folder), let place = real(path), place.hasPrefix(root + "/")
    else { return nil }
    return String(place.dropFirst(root.count + 1))
  }

  /// The path with all links followed; nil where nothing is.
  private static func real(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
