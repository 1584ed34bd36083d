import Domain
import Foundation

/// Works on one job at a provider: sends its files, begins it once, follows it, ends it.
///
/// Before each request that makes something, `hosted.json` says that it may be made; who goes on after a kill looks for it
/// first. So no instant of dying costs a second job, or more than one file that nobody uses.
struct HostedJob {
  let work: HostedWork
  let job: RunningJob
  let service: any TuningService
  let pace: HostedPace
  let stop: StopRequests
  var state: HostedState
  var diary: HostedDiary

  private static func file(in folder: JobFolder) -> String { folder.path + "/hosted.json" }

  /// Takes up a job where its files say it is.
  init(_ work: HostedWork, _ job: RunningJob, _ service: any TuningService, _ pace: HostedPace) throws {
    self.work = work
    self.job = job
    self.service = service
    self.pace = pace
    stop = job.stops
    diary = HostedDiary(job.events)
    let file = Self.file(in: job.folder)
    if let known = job.folder.read(file, as: HostedState.self) {
      state = known
    } else if job.folder.has(file) {
      // Whatever it named may exist and be paid for.
      throw TrainerFailure("\(file) can't be read, so nobody knows whether the provider works on this job. Look there.")
    } else {
      state = HostedState()
    }
  }

  /// Keeps how far it has come.
  func save() throws { try job.folder.write(state, to: Self.file(in: job.folder)) }

  /// Works until the job is over.
  /// - Returns: the exit status.
  mutating func run() async throws -> Int {
    // Killed between its last word and the runner's.
    if job.folder.eventLog.recent.hasEnded { return 0 }
    do {
      // A job that works there already waits for nothing.
      if state.job == nil || state.isPaused { try await waitForItsTime() }
      job.onWork()
      let name: String
      if let known = state.job { name = known } else { name = try await begin() }
      return try await follow(name)
    } catch let end as HostedEnd {
      return write(end)
    } catch let failure as ModelFailure {
      return write(HostedEnd(.failed, failure.description))
    } catch let failure as TrainerFailure {
      return write(HostedEnd(.failed, failure.description))
    }
  }

  private mutating func write(_ end: HostedEnd) -> Int {
    diary.write(.end(end.state, message: end.message, step: diary.step))
    return end.state == .finished ? 0 : 1
  }

  /// What the job is to be when it ends.
  /// - Throws: `CancellationError` where only this process is to end, because the machine is shut down say: the job at the
  ///   provider goes on, and so will somebody here.
  func request() throws -> StopRequest {
    guard let request = job.folder.read(job.folder.stop, as: StopRequest.self) else { throw CancellationError() }
    return request
  }

  // MARK: Beginning

  /// Waits for the time before which the job is not to start; ends earlier when it is asked to end.
  private mutating func waitForItsTime() async throws {
    guard let time = job.folder.read(job.folder.job, as: JobFolder.Job.self)?.order.notBefore else { return }
    while time.timeIntervalSinceNow > 0, !stop.isAsked {
      diary.write(.note(QueueEntry.startText(time)))
      // The clock may be set meanwhile, and a machine that sleeps counts no seconds.
      try await rest(min(time.timeIntervalSinceNow, 60))
    }
  }

  private mutating func begin() async throws -> String {
    try endIfAsked()
    try prepare()
    state.train = try await send(state.train)
    try save()
    state.valid = try await send(state.valid)
    try save()
    return try await create()
  }

  /// Writes the files for the provider.
  private mutating func prepare() throws {
    if state.train?.id != nil, state.valid?.id != nil { return }
    let folder = job.folder
    let train = try HostedRows(method: work.method, kind: "training").write(
      folder.train, to: folder.path + "/hosted-train.jsonl")
    guard train.rows >= HostedRows.fewest else {
      throw TrainerFailure(
        "There are \(train.rows) rows to learn from; a provider wants at least \(HostedRows.fewest). Add rows, or take a "
          + "smaller validation_share.")
    }
    let valid = try HostedRows(method: work.method, kind: "validation").write(
      folder.valid, to: folder.path + "/hosted-valid.jsonl")
    // Rows that have changed since they were sent are others.
    if state.train?.sha256 != train.sha256 { state.train = train }
    if state.valid?.sha256 != valid.sha256 { state.valid = valid }
    try save()
    let tokens = train.characters / 4 * work.epochs
    diary.write(
      .note(
        "\(train.rows) rows, \(work.epochs) epoch\(work.epochs == 1 ? "" : "s"): about \(tokens) tokens to learn from"
          + work.cost(ofTokens: tokens) + "."))
  }

  /// Sends a file up, unless it is there.
  private func send(_ file: HostedFile?) async throws -> HostedFile? {
    guard var sent = file, sent.id == nil, sent.rows > 0 else { return file }
    let upload = sent.file
    var trouble = Trouble(pace)
    while true {
      do {
        let id = try await stop.unlessAsked { [service] () -> String in
          if let known = try await service.find(upload) { return known }
          return try await service.upload(upload)
        }
        if let id {
          sent.id = id
          return sent
        }
      } catch let failure as ModelFailure {
        guard trouble.mayPass(failure), trouble.count < pace.tries else {
          throw HostedEnd(.failed, "The rows can't be sent to the provider. \(failure) Nothing was begun there.")
        }
        try await rest(trouble.pause)
      }
      try endIfAsked()
    }
  }

  /// Ends a job that was never begun.
  private func endIfAsked() throws {
    guard stop.take() else { return }
    let request = try request()
    throw HostedEnd(
      job.folder.state(after: request), "Stopped before the provider was asked to begin anything.")
  }

  /// Begins the job, unless an earlier runner has.
  private mutating func create() async throws -> String {
    guard let train = state.train?.id else { throw TrainerFailure("The training rows have no name at the provider.") }
    var trouble = Trouble(pace)
    while true {
      if let asked = state.asked {
        if let name = try await found(train) { return name }
        // What was asked for a moment ago may still turn up.
        let left = pace.settling - (Date().timeIntervalSince1970 - asked)
        if left > 0 {
          try await Task.sleep(for: .seconds(min(left, pace.settling, max(pace.first, left / 4))))
          continue
        }
        state.asked = nil
        try save()
      }
      try endIfAsked()
      state.asked = Date().timeIntervalSince1970
      try save()
      do {
        let name = try await service.create(work.request(label: state.label, train: train, valid: state.valid?.id))
        return try known(name)
      } catch let failure as ModelFailure {
        guard trouble.mayPass(failure) else {
          // A refusal is certain: there is no job.
          state.asked = nil
          try save()
          throw HostedEnd(.failed, "The provider doesn't begin the job. \(failure)")
        }
        // Anything else isn't: it is looked for above before it is asked for again.
        guard trouble.count < pace.tries else {
          throw HostedEnd(
            .lost, "Whether the provider has begun the job can't be told. \(failure) Going on with the job looks again."
          )
        }
        try await Task.sleep(for: .seconds(trouble.pause))
      }
    }
  }

  /// The job, if it is there. Of several, which only a provider that answers late can bring about, the oldest goes on and
  /// the others are ended.
  private mutating func found(_ train: String) async throws -> String? {
    var trouble = Trouble(pace)
    while true {
      do {
        let all = try await service.find(label: state.label, file: train)
        let ours = all.filter { $0.label == state.label }
        if let oldest = ours.last {
          for other in ours.dropLast() where !other.status.isOver { try await service.cancel(other.id) }
          return try known(oldest.id)
        }
        if let strange = all.first {
          throw HostedEnd(
            .lost,
            "The provider keeps no labels, so whether it has begun this job can't be told: \(strange.id) learns from the "
              + "same rows. If it isn't this one, start a new job.")
        }
        return nil
      } catch let failure as ModelFailure {
        guard trouble.mayPass(failure), trouble.count < pace.tries else {
          throw HostedEnd(
            .lost, "Whether the provider has begun the job can't be told. \(failure) Going on with the job looks again."
          )
        }
        try await Task.sleep(for: .seconds(trouble.pause))
      }
    }
  }

  private mutating func known(_ name: String) throws -> String {
    state.job = name
    try save()
    return name
  }

  /// Waits, at most until the job is asked to end.
  func rest(_ seconds: Double) async throws {
    _ = try await stop.unlessAsked { try await Task.sleep(for: .seconds(seconds)) }
  }
}

/// How a hosted job ends.
struct HostedEnd: Error, Sendable, Hashable {
  /// What it is then.
  var state: TrainingJob.State
  /// Why, in sentences.
  var message: String

  init(_ state: TrainingJob.State, _ message: String) {
    self.state = state
    self.message = message
  }
}

/// Failures in a row, and how long to wait after them.
struct Trouble {
  /// How many.
  private(set) var count = 0
  /// Seconds to wait now.
  private(set) var pause: Double
  private let longest: Double

  init(_ pace: HostedPace) {
    pause = pace.first / 2
    longest = pace.longestTrouble
  }

  /// Counts a failure; whether another try may help.
  mutating func mayPass(_ failure: ModelFailure) -> Bool {
    count += 1
    pause = min(longest, pause * 2)
    switch failure {
    case .rejected, .filtered, .exhausted(_, _, isCertain: true): return false
    case .busy(_, let seconds), .exhausted(_, let seconds, _):
      pause = min(longest, max(pause, seconds ?? 0))
      return true
    case .unavailable, .malformed: return true
    }
  }
}
