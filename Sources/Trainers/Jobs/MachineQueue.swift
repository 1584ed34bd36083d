import Domain
import FileWatching
import Files
import Foundation
import LocalEngine
import Processes
import Synchronization

/// The jobs of one user on one machine: so many at a time, the others wait for their turn.
///
/// It is a folder of small files that the jobs' runners keep up themselves, without a server. A place is a lock, which
/// goes with its holder however that ends, and a ticket counts only while its process lives. So nothing that is killed
/// stays in the way.
package struct MachineQueue: Sendable, Hashable {
  /// The most places that a machine can have.
  package static let mostSlots = 64
  /// Tickets are far smaller.
  private static let largestTicket = 65_536

  /// Where the tickets and locks are.
  package var folder: String
  /// How many jobs may work at a time.
  package var slots: Int
  /// How often to look for processes that died: all else is told by the files.
  var tick: Duration = .seconds(3)
  /// Seconds for which a ticket that can't be read is left alone: it may be on its way.
  var graceForTorn = 60.0

  /// A queue in a folder of your choice, which need not exist.
  package init(folder: String, slots: Int = 1) {
    self.folder = folder
    self.slots = min(max(slots, 1), Self.mostSlots)
  }

  /// `$ASSAY_QUEUE_HOME`, or a folder of this machine's name beside the engine, as a home may be shared by machines.
  /// - Parameter slots: how many jobs may work at a time; where nil, `$ASSAY_JOB_SLOTS`, or else 1.
  package static func standard(
    slots: Int? = nil, environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> MachineQueue {
    let slots = slots ?? environment["ASSAY_JOB_SLOTS"].flatMap { Int($0) } ?? 1
    if let home = environment["ASSAY_QUEUE_HOME"], home.hasPrefix("/") {
      return MachineQueue(folder: home, slots: slots)
    }
    let engine = EngineLayout.standard(environment: environment).home as NSString
    let machine = ProcessInfo.processInfo.hostName.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
    return MachineQueue(
      folder: engine.deletingLastPathComponent + "/queue/" + (machine.isEmpty ? "this" : machine), slots: slots)
  }

  // MARK: Waiting

  /// Waits for the ticket's turn, and gives the place that its job then has: it is given back with the value's end.
  /// - Parameter stops: ends the waiting when it yields. A stream for this alone: it is of no use afterwards.
  /// - Parameter onNote: told what the ticket waits for, at first and when that changes.
  /// - Returns: nil when the waiting was stopped; the ticket is gone then.
  /// - Throws: `TrainerFailure` when the queue's folder can't be used, or `CancellationError`.
  package func enter(
    _ ticket: QueueTicket, stops: AsyncStream<Void>, onNote: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws -> QueueSlot? {
    do { try PrivateFiles.makeFolder(folder) } catch {
      throw TrainerFailure("The queue's folder \(folder) can't be made. \(error) Name another in ASSAY_QUEUE_HOME.")
    }
    Temporaries.sweep(folder)
    var isTaken = false
    // Whatever waits has ended by then, so nothing writes the ticket anew.
    defer { if !isTaken { remove(ticket.id) } }
    let slot = try await withThrowingTaskGroup(of: QueueSlot?.self) { group in
      group.addTask {
        for await _ in stops { return nil }
        // Nobody can ask any more.
        while true { try await Task.sleep(for: .seconds(86_400)) }
      }
      group.addTask { try await waitForTurn(ticket, onNote) }
      defer { group.cancelAll() }
      return try await group.next() ?? nil
    }
    isTaken = slot != nil
    return slot
  }

  private func waitForTurn(
    _ ticket: QueueTicket, _ onNote: @escaping @Sendable (String) -> Void
  ) async throws -> QueueSlot {
    let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    // Begun before the first look, so that nothing falls between the two.
    let changes = FileWatcher(folder, scope: .folder).changes()
    let tick = tick
    let sources = [
      Task { for await _ in changes { wake.yield() } },
      Task {
        while !Task.isCancelled {
          try? await Task.sleep(for: tick)
          wake.yield()
        }
      },
    ]
    defer { for source in sources { source.cancel() } }
    try write(ticket)
    wake.yield()
    var lastNote: String?
    for await _ in wakes {
      switch try await takeTurn(ticket) {
      case .slot(let slot): return slot
      case .notYet(let entry):
        let note = entry.text()
        if note != lastNote { onNote(note) }
        lastNote = note
      case .unknown: break
      }
    }
    throw CancellationError()
  }

  private enum Turn {
    case slot(QueueSlot)
    case notYet(QueueEntry)
    /// Another process holds the queue's lock for too long.
    case unknown
  }

  /// Takes a place if it is the ticket's turn.
  private func takeTurn(_ waiting: QueueTicket) async throws -> Turn {
    guard let gate = try await gate() else { return .unknown }
    defer { withExtendedLifetime(gate) {} }
    try Task.checkCancellation()
    sweep()
    var tickets = self.tickets()
    if !tickets.contains(where: { $0.id == waiting.id }) {
      // Somebody has emptied the folder.
      try write(waiting)
      tickets.append(waiting)
    }
    var (free, taken) = try places(tickets)
    let entries = entries(of: tickets, taken: taken.count)
    guard let entry = entries.first(where: { $0.id == waiting.id }) else { return .unknown }
    guard case .waiting(let before) = entry.state, before < slots, let number = free.keys.min(),
      let lock = free.removeValue(forKey: number)
    else { return .notYet(entry) }
    var ticket = entry.ticket
    ticket.slot = number
    try write(ticket)
    return .slot(QueueSlot(queue: self, ticket: ticket, lock: lock))
  }

  /// The places that are free, locked for now, and the numbers of those that aren't.
  ///
  /// Another process may have been told of more places than this one; what it has taken counts.
  private func places(_ tickets: [QueueTicket]) throws -> (free: [Int: FileLock], taken: Set<Int>) {
    var taken = Set(tickets.compactMap { $0.slot })
    var free: [Int: FileLock] = [:]
    for number in 0..<Self.mostSlots where !taken.contains(number) {
      let path = lockFile(number)
      guard number < slots || FileManager.default.fileExists(atPath: path) else { continue }
      if let lock = try explained({ () throws(LockError) in try FileLock.tryAcquire(path, .exclusive) }) {
        if number < slots { free[number] = lock }
      } else {
        taken.insert(number)
      }
    }
    return (free, taken)
  }

  // MARK: Looking and changing

  /// Everything in the queue: what works, what waits in the order in which it will be its turn, what has a later time.
  package func entries(now: Date = Date()) -> [QueueEntry] {
    let tickets = tickets()
    return entries(of: tickets, taken: tickets.count { $0.isRunning }, now: now)
  }

  private func entries(of tickets: [QueueTicket], taken: Int, now: Date = Date()) -> [QueueEntry] {
    let running = tickets.filter { $0.isRunning }.sorted { ($0.slot ?? 0) < ($1.slot ?? 0) }
    let due = tickets.filter { !$0.isRunning && $0.isDue(at: now) }.sorted(by: QueueTicket.goesBefore)
    let later = tickets.filter { !$0.isRunning && !$0.isDue(at: now) }
      .sorted { ($0.notBefore ?? 0, $0.id) < ($1.notBefore ?? 0, $1.id) }
    return running.map { QueueEntry(ticket: $0, state: .running) }
      + due.enumerated().map { QueueEntry(ticket: $1, state: .waiting(before: taken + $0)) }
      + later.map { QueueEntry(ticket: $0, state: .scheduled(Date(timeIntervalSince1970: $0.notBefore ?? 0))) }
  }

  /// Gives a waiting job another priority; the queue goes by it at once.
  /// - Parameter id: the ticket's.
  /// - Throws: `TrainerFailure` when it doesn't wait any more.
  package func setPriority(of id: String, to priority: Int) async throws {
    try await change(id) { $0.priority = priority }
  }

  /// Changes a ticket that waits.
  func change(_ id: String, _ change: (inout QueueTicket) -> Void) async throws {
    guard let gate = try await gate() else {
      throw TrainerFailure(
        "The queue in \(folder) is being changed by another process, which takes too long; try again.")
    }
    defer { withExtendedLifetime(gate) {} }
    guard var ticket = tickets().first(where: { $0.id == id }), !ticket.isRunning else {
      throw TrainerFailure("This job doesn't wait in the queue any more.")
    }
    change(&ticket)
    try write(ticket)
  }

  // MARK: Files

  private func file(_ id: String) -> String { folder + "/ticket-\(id).json" }

  /// Hidden, so that trying it wakes no watcher.
  private func lockFile(_ slot: Int) -> String { folder + "/.slot-\(slot).lock" }

  /// Held while the queue is changed, so that two never go by different orders; nil when it isn't free for long.
  private func gate() async throws -> FileLock? {
    do {
      return try await FileLock.acquire(folder + "/.gate.lock", .exclusive, atMost: .seconds(5))
    } catch LockError.held {
      return nil
    } catch let error as LockError {
      throw TrainerFailure("The queue can't be used. \(error) Name another folder in ASSAY_QUEUE_HOME.")
    }
  }

  private func explained<Value, Failure>(_ work: () throws(Failure) -> Value) throws -> Value {
    do { return try work() } catch {
      throw TrainerFailure("The queue can't be used. \(error) Name another folder in ASSAY_QUEUE_HOME.")
    }
  }

  func write(_ ticket: QueueTicket) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let text = String(decoding: try encoder.encode(ticket), as: UTF8.self) + "\n"
    try explained { () throws(PathError) in try PrivateFiles.write(text, to: file(ticket.id)) }
  }

  func remove(_ id: String) { try? FileManager.default.removeItem(atPath: file(id)) }

  /// The tickets of those who live, in no order.
  func tickets() -> [QueueTicket] { files().compactMap { read($0) }.filter { $0.isAlive } }

  private func files() -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasPrefix("ticket-") && $0.hasSuffix(".json") }.map { folder + "/" + $0 }
  }

  private func read(_ file: String) -> QueueTicket? {
    guard let bytes = try? FileBytes.read(file, limit: Self.largestTicket, followsLinks: false) else { return nil }
    // A file of another name would not be found again by its id.
    let ticket = try? JSONDecoder().decode(QueueTicket.self, from: Data(bytes))
    return ticket.flatMap { self.file($0.id) == file ? $0 : nil }
  }

  /// Removes what the dead have left.
  private func sweep() {
    for file in files() {
      if let ticket = read(file) {
        if !ticket.isAlive { remove(ticket.id) }
      } else if let age = JobFolder(path: folder).age(of: file), age > graceForTorn {
        try? FileManager.default.removeItem(atPath: file)
      }
    }
  }
}

/// A place in the queue: taken until this value is gone, or its process and its worker have ended.
package final class QueueSlot: Sendable {
  private let queue: MachineQueue
  private let held: Mutex<(ticket: QueueTicket, lock: FileLock?)>

  init(queue: MachineQueue, ticket: QueueTicket, lock: FileLock) {
    self.queue = queue
    held = Mutex((ticket, lock))
  }

  deinit { leave() }

  /// Says who does the work: the place stays taken while it lives, also when this process is killed.
  package func assign(_ worker: ProcessIdentity) throws {
    let ticket = held.withLock { held -> QueueTicket? in
      guard held.lock != nil else { return nil }
      held.ticket.worker = worker
      return held.ticket
    }
    if let ticket { try queue.write(ticket) }
  }

  /// Gives the place back.
  package func leave() {
    let ticket = held.withLock { held -> QueueTicket? in
      defer { held.lock = nil }
      return held.lock == nil ? nil : held.ticket
    }
    // The last of it, as this is what the others see.
    if let ticket { queue.remove(ticket.id) }
  }
}
