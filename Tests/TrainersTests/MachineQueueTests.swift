import Domain
import Files
import Foundation
import Processes
import Synchronization
import TestFolders
import Testing
import WorkbenchCore

@testable import Trainers

/// Set for the processes that some tests start: the queue's folder.
private let childFolder = ProcessInfo.processInfo.environment["ASSAY_TEST_QUEUE"]

private func never() -> AsyncStream<Void> { AsyncStream { _ in } }

/// What was said, in order.
private final class Words: Sendable {
  private let words = Mutex<[String]>([])
  var all: [String] { words.withLock { $0 } }
  func add(_ word: String) { words.withLock { $0.append(word) } }
}

private func queue(slots: Int = 1) -> MachineQueue {
  var queue = MachineQueue(folder: temporaryPath("queue"), slots: slots)
  queue.tick = .milliseconds(100)
  return queue
}

private func ticket(
  _ job: String, priority: Int = 0, age: Double = 0, notBefore: Date? = nil, process: ProcessIdentity = .current
) -> QueueTicket {
  QueueTicket(
    workspace: "/w", job: job, priority: priority, created: Date(timeIntervalSince1970: 1_000_000 - age),
    notBefore: notBefore, process: process)
}

/// Returns when something holds; the condition is looked at again and again, for at most a minute.
private func until(_ condition: () async throws -> Bool) async throws {
  for _ in 0..<6000 {
    if try await condition() { return }
    try await Task.sleep(for: .milliseconds(10))
  }
  Issue.record("It never happened.")
}

private func waiting(_ queue: MachineQueue) -> [String] {
  queue.entries().filter { $0.state != .running }.map(\.ticket.job)
}

private func running(_ queue: MachineQueue) -> [String] {
  queue.entries().filter { $0.state == .running }.map(\.ticket.job)
}

@Suite struct MachineQueueTests {
  @Test func oneAfterTheOtherByPriorityAndAge() async throws {
    let queue = queue()
    let first = try #require(try await queue.enter(ticket("first"), stops: never()))
    let order = Words()
    let tickets = [
      ticket("young", age: 1), ticket("old", age: 3), ticket("urgent", priority: 5),
      ticket("low", priority: -1, age: 9),
      ticket("middle", age: 2),
    ]
    try await withThrowingTaskGroup(of: Void.self) { group in
      for ticket in tickets {
        group.addTask {
          let slot = try #require(try await queue.enter(ticket, stops: never()))
          order.add(ticket.job)
          slot.leave()
        }
      }
      try await until { waiting(queue).count == tickets.count }
      #expect(waiting(queue) == ["urgent", "old", "middle", "young", "low"])
      #expect(queue.entries().map(\.state) == [.running] + (1...5).map { .waiting(before: $0) })
      first.leave()
      try await group.waitForAll()
    }
    #expect(order.all == ["urgent", "old", "middle", "young", "low"])
    #expect(queue.entries().isEmpty)
  }

  @Test(arguments: [1, 3]) func neverMoreAtATimeThanThereArePlaces(slots: Int) async throws {
    let queue = queue(slots: slots)
    let working = Words()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<12 {
        group.addTask {
          let slot = try #require(try await queue.enter(ticket("\(number)"), stops: never()))
          working.add("+")
          await Task.yield()
          working.add("-")
          slot.leave()
        }
      }
      try await group.waitForAll()
    }
    let sums = working.all.reduce(into: [0]) { sums, word in sums.append((sums.last ?? 0) + (word == "+" ? 1 : -1)) }
    #expect(sums.count == 25)
    #expect(sums.allSatisfy { $0 <= slots })
  }

  @Test func placesOfAProcessThatWasToldOfMoreCount() async throws {
    let two = queue(slots: 2)
    var one = two
    one.slots = 1
    let first = try #require(try await two.enter(ticket("a"), stops: never()))
    let second = try #require(try await two.enter(ticket("b"), stops: never()))
    first.leave()
    // Place 0 is free now, but a job works.
    let (stops, stop) = AsyncStream.makeStream(of: Void.self)
    let work = Task { [one] in
      try await one.enter(ticket("c"), stops: stops) { note in
        if note == "waiting: 1 job is before it" { stop.yield() }
      }
    }
    #expect(try await work.value == nil)
    second.leave()
    #expect(try await one.enter(ticket("d"), stops: never()) != nil)
  }

  @Test func aStopTakesItFromTheQueue() async throws {
    let queue = queue()
    let first = try await queue.enter(ticket("first"), stops: never())
    let (stops, stop) = AsyncStream.makeStream(of: Void.self)
    let work = Task { try await queue.enter(ticket("second"), stops: stops) }
    try await until { waiting(queue) == ["second"] }
    stop.yield()
    #expect(try await work.value == nil)
    #expect(waiting(queue).isEmpty)
    withExtendedLifetime(first) {}
  }

  @Test func aCancelledTaskLeavesNothing() async throws {
    let queue = queue()
    let first = try await queue.enter(ticket("first"), stops: never())
    let work = Task { try await queue.enter(ticket("second"), stops: never()) }
    try await until { waiting(queue) == ["second"] }
    work.cancel()
    await #expect(throws: CancellationError.self) { try await work.value }
    #expect(waiting(queue).isEmpty)
    withExtendedLifetime(first) {}
  }

  @Test func aLaterTimeIsWaitedForWithoutBlockingOthers() async throws {
    let queue = queue()
    let notes = Words()
    let (stops, stop) = AsyncStream.makeStream(of: Void.self)
    let later = Task {
      try await queue.enter(ticket("later", priority: 9, notBefore: .distantFuture), stops: stops) { note in
        notes.add(note)
      }
    }
    try await until { !notes.all.isEmpty }
    let other = try await queue.enter(ticket("other"), stops: never())
    #expect(other != nil)
    #expect(running(queue) == ["other"])
    #expect(waiting(queue) == ["later"])
    stop.yield()
    #expect(try await later.value == nil)
    #expect(notes.all.count == 1)
    #expect(notes.all.first?.hasPrefix("starts at 4001-01-0") == true)
  }

  @Test func aTimeThatComesMakesItsTurn() async throws {
    let queue = queue()
    let soon = Date() + 0.3
    let slot = try await queue.enter(ticket("soon", notBefore: soon), stops: never())
    #expect(slot != nil)
    #expect(Date() >= soon)
  }

  @Test func anotherPriorityChangesTheOrder() async throws {
    let queue = queue()
    let first = try #require(try await queue.enter(ticket("first"), stops: never()))
    let order = Words()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for ticket in [ticket("a", age: 2), ticket("b", age: 1)] {
        group.addTask {
          let slot = try await queue.enter(ticket, stops: never())
          order.add(ticket.job)
          slot?.leave()
        }
      }
      try await until { waiting(queue) == ["a", "b"] }
      let entries = queue.entries()
      let last = try #require(entries.last)
      try await queue.setPriority(of: last.id, to: 1)
      #expect(waiting(queue) == ["b", "a"])
      let working = entries[0].id
      await #expect(throws: TrainerFailure.self) { try await queue.setPriority(of: working, to: 1) }
      await #expect(throws: TrainerFailure.self) { try await queue.setPriority(of: "none", to: 1) }
      first.leave()
      try await group.waitForAll()
    }
    #expect(order.all == ["b", "a"])
  }

  @Test func notesTellHowManyAreBefore() async throws {
    let queue = queue()
    let first = try #require(try await queue.enter(ticket("first"), stops: never()))
    let second = Task { try await queue.enter(ticket("second", age: 1), stops: never()) }
    try await until { waiting(queue).count == 1 }
    let notes = Words()
    let third = Task {
      try await queue.enter(ticket("third"), stops: never()) { note in notes.add(note) }
    }
    try await until { !notes.all.isEmpty }
    first.leave()
    let slot = try #require(try await second.value)
    try await until { notes.all.count == 2 }
    slot.leave()
    #expect(try await third.value != nil)
    #expect(notes.all == ["waiting: 2 jobs are before it", "waiting: 1 job is before it"])
  }

  @Test func whatTheDeadLeftIsNotInTheWay() async throws {
    var queue = queue()
    queue.graceForTorn = 86_400
    try FileManager.default.createDirectory(atPath: queue.folder, withIntermediateDirectories: true)
    var gone = ProcessIdentity.current
    gone.started += 1
    var rebooted = ProcessIdentity.current
    rebooted.boot = "another"
    try queue.write(ticket("waits", priority: 99, process: gone))
    var works = ticket("works", process: rebooted)
    works.slot = 0
    works.worker = rebooted
    try queue.write(works)
    for text in ["", "{", "[]", #"{"id": 3}"#] {
      try Data(text.utf8).write(to: URL(fileURLWithPath: queue.folder + "/ticket-\(text.count).json"))
    }
    #expect(queue.entries().isEmpty)
    let slot = try await queue.enter(ticket("mine"), stops: never())
    #expect(slot != nil)
    #expect(queue.entries().map(\.ticket.job) == ["mine"])
    let names = try FileManager.default.contentsOfDirectory(atPath: queue.folder)
    // Whatever can't be read stays for a while: it may be new.
    #expect(names.count { $0.hasPrefix("ticket-") } == 1 + 4)
  }

  @Test func anEmptiedFolderIsFilledAgain() async throws {
    let queue = queue()
    let first = try #require(try await queue.enter(ticket("first"), stops: never()))
    let second = Task { try await queue.enter(ticket("second"), stops: never()) }
    try await until { waiting(queue) == ["second"] }
    for entry in queue.entries() { queue.remove(entry.id) }
    try await until { waiting(queue) == ["second"] }
    first.leave()
    #expect(try await second.value != nil)
  }

  @Test func aFolderThatCannotBeMadeIsExplained() async {
    let error = await #expect(throws: TrainerFailure.self) {
      try await MachineQueue(folder: "/dev/null/queue").enter(ticket("a"), stops: never())
    }
    #expect(error?.description.contains("ASSAY_QUEUE_HOME") == true)
  }

  @Test func theSettingsComeFromTheEnvironment() {
    let named = MachineQueue.standard(environment: ["ASSAY_QUEUE_HOME": "/q", "ASSAY_JOB_SLOTS": "3"])
    #expect(named == MachineQueue(folder: "/q", slots: 3))
    #expect(MachineQueue.standard(slots: 2, environment: ["ASSAY_JOB_SLOTS": "3"]).slots == 2)
    #expect(MachineQueue.standard(environment: ["ASSAY_JOB_SLOTS": "many"]).slots == 1)
    #expect(MachineQueue(folder: "/q", slots: 0).slots == 1)
    let beside = MachineQueue.standard(environment: ["ASSAY_ENGINE_HOME": "/data/assay/engine"])
    #expect(beside.folder.hasPrefix("/data/assay/queue/"))
  }

  @Test func placesAreSaidInWords() throws {
    let now = Date(timeIntervalSince1970: 1_700_000_000)
    let utc = try #require(TimeZone(identifier: "UTC"))
    func text(_ state: QueueEntry.State) -> String {
      QueueEntry(ticket: ticket("a"), state: state).text(now: now, timeZone: utc)
    }
    #expect(text(.running) == "running")
    #expect(text(.waiting(before: 2)) == "waiting: 2 jobs are before it")
    #expect(text(.scheduled(now + 60)) == "starts at 22:14")
    #expect(text(.scheduled(now + 7_200)) == "starts at 2023-11-15 00:13")
  }
}

/// With processes of their own, some of which are killed.
@Suite(.serialized) struct MachineQueueKillTests {
  /// What the processes below run: waits for its turn, says so, and keeps its place until it is killed.
  @Test(.enabled(if: childFolder != nil, "another test runs it as a process of its own")) func child() async throws {
    let environment = ProcessInfo.processInfo.environment
    let queue = MachineQueue(folder: childFolder ?? "", slots: 1)
    let name = environment["ASSAY_TEST_JOB"] ?? ""
    let slot = try await queue.enter(
      ticket(name, age: Double(environment["ASSAY_TEST_AGE"] ?? "") ?? 0), stops: never())
    if let worker = environment["ASSAY_TEST_WORKER"].flatMap({ Int32($0) }).flatMap({ ProcessIdentity(pid: $0) }) {
      try slot?.assign(worker)
    }
    try Data().write(to: URL(fileURLWithPath: queue.folder + "/\(name).works"))
    while !FileManager.default.fileExists(atPath: queue.folder + "/\(name).ends") {
      try await Task.sleep(for: .milliseconds(20))
    }
    withExtendedLifetime(slot) {}
  }

  private func start(
    _ name: String, age: Double, in queue: MachineQueue, worker: ProcessIdentity? = nil
  ) async throws -> ProcessIdentity {
    let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    try FileManager.default.createDirectory(atPath: queue.folder, withIntermediateDirectories: true)
    return try await Program(
      program, ["--testing-library", "swift-testing", "--filter", "MachineQueueKillTests/child"],
      environment: [
        "ASSAY_TEST_QUEUE": queue.folder, "ASSAY_TEST_JOB": name, "ASSAY_TEST_AGE": String(age),
        "ASSAY_TEST_WORKER": worker.map { String($0.pid) },
      ]
    ).spawnDetached(appendingTo: queue.folder + "/\(name).log")
  }

  private func works(_ name: String, in queue: MachineQueue) -> Bool {
    FileManager.default.fileExists(atPath: queue.folder + "/\(name).works")
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self/exe") && childFolder == nil))
  func killedProcessesNeverBlock() async throws {
    let queue = queue()
    let a = try await start("a", age: 9, in: queue)
    try await until { works("a", in: queue) }
    let b = try await start("b", age: 8, in: queue)
    let c = try await start("c", age: 7, in: queue)
    let d = try await start("d", age: 6, in: queue)
    defer { for process in [a, b, c, d] { process.signal(.kill) } }
    try await until { waiting(queue) == ["b", "c", "d"] }
    #expect(running(queue) == ["a"])
    // One that waits, then the one that works.
    b.signal(.kill)
    try await until { waiting(queue) == ["c", "d"] }
    #expect(!works("c", in: queue))
    a.signal(.kill)
    try await until { works("c", in: queue) }
    #expect(!works("d", in: queue))
    #expect(!works("b", in: queue))
    // And one that ends well.
    try Data().write(to: URL(fileURLWithPath: queue.folder + "/c.ends"))
    try await until { works("d", in: queue) }
    d.signal(.kill)
    let slot = try await queue.enter(ticket("mine"), stops: never())
    #expect(slot != nil)
    #expect(queue.entries().map(\.ticket.job) == ["mine"])
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self/exe") && childFolder == nil))
  func aPlaceIsTakenWhileTheWorkerLives() async throws {
    let queue = queue()
    try FileManager.default.createDirectory(atPath: queue.folder, withIntermediateDirectories: true)
    let worker = try await Program("sleep", ["600"]).spawnDetached(appendingTo: queue.folder + "/worker.log")
    defer { worker.signal(.kill) }
    let runner = try await start("a", age: 9, in: queue, worker: worker)
    try await until { works("a", in: queue) }
    runner.signal(.kill)
    #expect(await runner.waitForEnd(atMost: .seconds(60)))
    #expect(running(queue) == ["a"])
    let notes = Words()
    let mine = Task {
      try await queue.enter(ticket("mine"), stops: never()) { note in notes.add(note) }
    }
    try await until { notes.all == ["waiting: 1 job is before it"] }
    worker.signal(.kill)
    #expect(try await mine.value != nil)
  }

  @Test(.enabled(if: Program.find("flock") != nil && childFolder == nil))
  func aLockThatAnotherProgramHoldsCounts() async throws {
    let queue = queue()
    try FileManager.default.createDirectory(atPath: queue.folder, withIntermediateDirectories: true)
    let lock = queue.folder + "/.slot-0.lock"
    let holder = try await Program("flock", ["--no-fork", lock, "sleep", "600"])
      .spawnDetached(appendingTo: queue.folder + "/holder.log")
    defer { holder.signal(.kill) }
    try await until { try FileLock.tryAcquire(lock, .exclusive) == nil }
    let notes = Words()
    let mine = Task {
      try await queue.enter(ticket("mine"), stops: never()) { note in notes.add(note) }
    }
    try await until { notes.all == ["waiting: 1 job is before it"] }
    holder.signal(.kill)
    #expect(try await mine.value != nil)
  }
}

@Suite struct StopRequestsTests {
  @Test func everyReaderIsTold() async {
    let (source, person) = AsyncStream.makeStream(of: Void.self)
    let signal = StopRequests(source)
    // One reader that ends early, as waiting does, ends nothing for the others.
    let early = Task { for await _ in signal.stream() {} }
    early.cancel()
    await early.value
    let readers = [signal.stream(), signal.stream()]
    person.yield()
    for reader in readers { for await _ in reader { break } }
    #expect(signal.isAsked)
    for await _ in signal.stream() { break }
  }

  @Test func aLimitSaysWhy() async {
    let signal = StopRequests(never())
    let noted = Mutex<String?>(nil)
    signal.limit(hours: 2, since: Date() - 7_201) { reason in noted.withLock { $0 = reason } }
    for await _ in signal.stream() { break }
    #expect(noted.withLock { $0 } == "Stopped after 2 hours, as asked.")
    #expect(StopRequests.limitReason(hours: 1) == "Stopped after 1 hour, as asked.")
    #expect(StopRequests.limitReason(hours: 0.5) == "Stopped after 0.5 hours, as asked.")
    #expect(StopRequests.limitReason(hours: .infinity) == "Stopped after 1000000 hours, as asked.")
  }
}
