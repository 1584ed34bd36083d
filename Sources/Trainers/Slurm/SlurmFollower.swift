import Domain
import Files
import Foundation
import Processes
import TrainerLogs

/// Sees to it that exactly one Slurm job does a training job's work, and follows it to its end.
///
/// It may be killed at any moment and run again. What it must not do twice is noted before it is done; what was noted
/// and perhaps done is looked for, by the job's name, before it is done again.
struct SlurmFollower: Sendable {
  let work: SlurmWork
  let job: RunningJob
  var queue = SlurmQueue()
  /// How long a submission that was cut off may take to begin.
  var grace: Duration = .seconds(5)

  private var folder: JobFolder { job.folder }

  /// Does the work.
  /// - Returns: the trainer's exit status, as shells count.
  /// - Throws: `CancellationError` where only this process is to end.
  func run() async throws -> Int {
    // A stop that an earlier runner was asked for and didn't live to see.
    if folder.has(folder.stop) { job.stops.ask() }
    // What an earlier follower has seen running has its hours.
    if folder.read(folder.started, as: WorkedTime.self)?.began != nil { job.onWork() }
    var record = SlurmRecord(work)
    if folder.has(folder.slurm) {
      guard let known = folder.read(folder.slurm, as: SlurmRecord.self) else {
        throw TrainerFailure(
          "\(folder.slurm) can't be read, so nobody knows which Slurm job does the work; look for \(work.name) with "
            + "`squeue`, and start a new job.")
      }
      record = known
      if let status = record.status {
        if folder.eventLog.recent.hasEnded { return status }
        record = SlurmRecord(work, attempt: record.attempt + 1)
      }
    }
    if record.job == nil, let end = try await submit(&record) {
      job.events.append(end)
      if case .end(.failed, _, _) = end { return try finish(&record, status: 1) }
      return try finish(&record, status: 130)
    }
    return try await watch(&record)
  }

  /// Puts a line on the job's time line, unless the trainer has told the end meanwhile.
  private func tell(_ text: String) {
    if !folder.eventLog.recent.hasEnded { job.events.append(.note(text)) }
  }

  /// Whether the job is to save and end.
  /// - Throws: `CancellationError` where only this process is to end, because the machine is shut down say: Slurm's job goes
  ///   on, and is followed again.
  private func isAsked() throws -> Bool {
    guard job.stops.isAsked else { return false }
    guard folder.has(folder.stop) else { throw CancellationError() }
    return true
  }

  // MARK: Submitting

  /// Submits the job, unless that was done before.
  /// - Returns: the end that it has come to, when there is no Slurm job.
  private func submit(_ record: inout SlurmRecord) async throws -> TrainingEvent.Kind? {
    if record.isSubmitted { try await waitForSubmission() }
    var told = ""
    while true {
      var silence: SlurmQueue.Failure?
      if record.isSubmitted {
        do {
          if let found = try await find(record) {
            try note(found, in: &record)
            tell("found again in Slurm as job \(found)")
            return nil
          }
        } catch let error as SlurmQueue.Failure { silence = error }
      }
      if try isAsked() { return asked() ?? .end(.canceled, message: "Stopped before it was submitted.", step: 0) }
      if silence == nil {
        do {
          try prepare(record)
          record.isSubmitted = true
          try folder.write(record, to: folder.slurm)
          let options = script(record).options + begin
          let id = try await queue.submit(
            folder.slurmScript, options: options, lock: folder.slurmLock, variables: work.program.inherits.names)
          try note(id, in: &record)
          tell("submitted to Slurm as job \(id)")
          return nil
        } catch let error as SlurmQueue.Failure {
          guard Self.isSilence(error) else { return .end(.failed, message: refusal(error), step: 0) }
          // It may be there all the same, and is looked for before it is submitted again.
          silence = error
        }
      }
      if let silence, told != silence.description {
        tell("waiting: Slurm doesn't answer (\(silence))")
        told = silence.description
      }
      try await pause()
    }
  }

  /// Waits until no submission of an earlier follower can be under way.
  private func waitForSubmission() async throws {
    let age = folder.age(of: folder.slurm).map { Duration.seconds(max(0, $0)) } ?? .zero
    if age < grace { try await Task.sleep(for: grace - age) }
    while try FileLock.tryAcquire(folder.slurmLock, .exclusive) == nil { try await Task.sleep(for: .milliseconds(100)) }
  }

  /// The number of the Slurm job with this record's name: of several, the one that works, or the first.
  private func find(_ record: SlurmRecord) async throws -> String? {
    if let owner = folder.slurmOwner(record.label) { return owner }
    return try await queue.jobs(named: record.label).first?.id
  }

  private func note(_ id: String, in record: inout SlurmRecord) throws {
    record.job = id
    try folder.write(record, to: folder.slurm)
  }

  /// Writes the script. From the second start on, which may be Slurm's own, the trainer goes on from what it saved.
  private func prepare(_ record: SlurmRecord) throws {
    if var spec = folder.trainerSpec, !spec.resume {
      spec.resume = true
      try PrivateFiles.write(spec.text, to: folder.spec)
    }
    try PrivateFiles.write(script(record).text(), to: folder.slurmScript)
  }

  private func script(_ record: SlurmRecord) -> SlurmScript {
    SlurmScript(
      label: record.label, folder: folder.path, settings: work.settings, program: work.program,
      model: folder.trainerSpec?.model ?? "")
  }

  /// The option for a job that isn't to start before a time.
  private var begin: [String] {
    let time = folder.read(folder.job, as: JobFolder.Job.self)?.order.notBefore
    let seconds = Int(max(0, min(1e9, (time?.timeIntervalSinceNow ?? 0).rounded(.up))))
    return seconds > 0 ? ["--begin=now+\(seconds)"] : []
  }

  /// Whether Slurm hasn't said no, but nothing.
  static func isSilence(_ error: SlurmQueue.Failure) -> Bool {
    if error.isPassing { return true }
    let text = error.description.lowercased()
    return [
      "timed out", "unable to contact", "has not answered", "connection refused", "communication", "zero bytes",
      "temporarily", "try again", "backup controller",
    ].contains { text.contains($0) }
  }

  private func refusal(_ error: SlurmQueue.Failure) -> String {
    "Slurm does not take the job: \(error) Change `training.slurm` in assay.yaml accordingly (partition, account, time, "
      + "gpus, memory, options) and start the job again."
  }

  // MARK: Watching

  private func watch(_ record: inout SlurmRecord) async throws -> Int {
    var told = ""
    var silence = ""
    var looksAfterEnd = 0
    var ending = Ending()
    while true {
      do {
        let jobs = try await queue.jobs(named: record.label)
        silence = ""
        if let owner = folder.slurmOwner(record.label), owner != record.job { try note(owner, in: &record) }
        let id = record.job ?? ""
        // What a submission that was cut off has left besides.
        for other in jobs where other.id != id && !other.state.isOver { try? await queue.cancel(other.id) }
        let mine = jobs.first { $0.id == id }
        if let mine, !mine.state.isOver {
          looksAfterEnd = 0
          // When it is expected to start changes all the time; that alone is not worth a line.
          if let text = Self.note(on: mine), told != mine.state.word + mine.reason {
            tell(text)
            told = mine.state.word + mine.reason
          }
          if mine.state.word == "RUNNING" { job.onWork() }
          if try isAsked() { try await end(mine, &ending) }
        } else {
          // A job that is queued again may look over for a moment, and files of another machine come late.
          looksAfterEnd += 1
          let isSure = looksAfterEnd > (mine == nil ? 3 : 1)
          if isSure || folder.eventLog.recent.hasEnded { return try end(mine, &record) }
        }
      } catch let error as SlurmQueue.Failure {
        if silence.isEmpty { tell("Slurm doesn't answer and is asked again: \(error)") }
        silence = error.description
      }
      try await pause(isHurried: job.stops.isAsked)
    }
  }

  /// What was done to end a job.
  private struct Ending {
    /// Since when it is to end.
    var since = ContinuousClock.now
    var isBegun = false
    var isInterrupted = false
    var isForced = false
  }

  /// Asks a job to end, and ends it by force in the end. What goes wrong is tried again at the next look.
  private func end(_ mine: SlurmJob, _ ending: inout Ending) async throws {
    if !ending.isBegun { ending = Ending(since: .now, isBegun: true) }
    if mine.state.isWaiting { return try await queue.cancel(mine.id) }
    let request = folder.read(folder.stop, as: StopRequest.self)
    if !ending.isForced, ContinuousClock.now - ending.since > job.patience.duration(for: request) {
      try await queue.cancel(mine.id)
      ending.isForced = true
    } else if !ending.isInterrupted {
      try await queue.interrupt(mine.id)
      ending.isInterrupted = true
    }
  }

  /// What is worth a line on the time line; the script tells itself where it runs.
  static func note(on job: SlurmJob) -> String? {
    if job.state.isWaiting {
      if job.state.word == "PENDING", job.reason.isEmpty { return nil }
      let start = job.start.isEmpty ? "" : ", expected to start at \(job.start)"
      return "waiting: " + (job.reason.isEmpty ? job.state.word : job.reason) + start
    }
    return ["RUNNING", "COMPLETING", "CONFIGURING"].contains(job.state.word) ? nil : "Slurm says \(job.state.word)"
  }

  /// Waits for the next look; not so long when the trainer has ended meanwhile, or is to end.
  private func pause(isHurried: Bool = false) async throws {
    let wasAsked = job.stops.isAsked
    let end = ContinuousClock.now + (isHurried ? min(.seconds(1), interval) : interval)
    while ContinuousClock.now < end {
      try await Task.sleep(for: min(.seconds(1), end - ContinuousClock.now))
      if job.stops.isAsked != wasAsked || folder.eventLog.recent.hasEnded { return }
    }
  }

  private var interval: Duration { .seconds(min(3600, max(0.05, work.secondsBetweenLooks))) }

  // MARK: Ending

  /// Notes the end, and says it where the trainer has not.
  private func end(_ mine: SlurmJob?, _ record: inout SlurmRecord) throws -> Int {
    let left = folder.slurmEnding(record.label)
    let step = folder.eventLog.recent.lastStep
    if !folder.eventLog.recent.hasEnded {
      let ending = SlurmEnding(
        job: mine, id: record.job ?? "", isTimeUp: left?.isTimeUp ?? false, status: left?.status,
        settings: work.settings,
        program: work.settings.container == nil ? work.program.executable : "python3", folder: folder.path,
        diagnosis: LogDiagnosis.sentence(logAt: folder.log, status: left?.status), lastWords: lastWords)
      let isSaved = folder.has(folder.path + "/last")
      job.events.append(
        asked() ?? .end(ending.state, message: ending.message + (isSaved ? SlurmEnding.goOn : ""), step: step))
    }
    let isFinished = (left?.status ?? (mine?.state.word == "COMPLETED" ? 0 : 1)) == 0
    return try finish(&record, status: isFinished ? 0 : left?.status ?? 1)
  }

  /// The end that was requested.
  private func asked() -> TrainingEvent.Kind? {
    guard let request = folder.read(folder.stop, as: StopRequest.self) else { return nil }
    return .end(
      folder.state(after: request), message: LogText.clean(request.message), step: folder.eventLog.recent.lastStep)
  }

  private func finish(_ record: inout SlurmRecord, status: Int) throws -> Int {
    record.status = status
    try folder.write(record, to: folder.slurm)
    return status
  }

  /// The last line of the log that says something.
  private var lastWords: String? {
    var log = FileTail(path: folder.log, offset: 0)
    log.offset = max(0, log.size - 16_384)
    return log.lines(includingTorn: true).reversed().lazy.map { LogText.clean(String(decoding: $0, as: UTF8.self)) }
      .first { !$0.allSatisfy(\.isWhitespace) }
  }
}
