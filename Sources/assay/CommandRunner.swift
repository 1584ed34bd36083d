import Domain
import Synchronization
import Terminal
import WorkbenchCore

/// Carries out the commands that a screen asks for: edits one after the other in the order they were made, drafts of what
/// is being typed among them once a second, everything else at once and side by side.
final class CommandRunner: Sendable {
  private let workbench: Workbench
  private let edits: AsyncStream<Command>.Continuation
  private let editing: Task<Void, Never>
  private struct Work {
    var last = 0
    /// Drafts to keep when the next second is over.
    var drafts: [DraftPath: Command] = [:]
    var tasks: [Int: Task<Void, Never>] = [:]
    /// How often the screen has said what it shows.
    var turns = 0
  }
  private let work = Mutex(Work())

  init(_ workbench: Workbench) {
    self.workbench = workbench
    let (stream, continuation) = AsyncStream.makeStream(of: Command.self)
    edits = continuation
    editing = Task { for await command in stream { await workbench.submit(command) } }
  }

  /// Begins to carry out a command; failures become notices.
  func perform(_ command: Command) {
    if let draft = command.work(as: DraftKeeping.self) {
      keepSoon(command, draft.path, mustWait: draft.text != nil)
    } else if command.isEdit {
      keepDrafts()
      edits.yield(command)
    } else {
      start { [workbench] in await workbench.submit(command) }
    }
  }

  /// Has queries answered that the screen shows from now on.
  func watch(_ queries: Set<AnyQuery>) {
    let turn = work.withLock { work in
      work.turns += 1
      return work.turns
    }
    start { [workbench] in await workbench.watch(queries, turn: turn) }
  }

  /// Puts a text where it can be pasted from; where that is, or why it failed, becomes a notice.
  func copy(_ text: String, _ what: String, by way: ClipboardWay, to clipboard: Clipboard) {
    start { [workbench] in
      do {
        await workbench.notify(.information, try await clipboard.keep(text, what, by: way))
      } catch {
        await workbench.notify(.error, "\(what) could not be copied: \(error)")
      }
    }
  }

  private func start(_ body: @escaping @Sendable () async -> Void) {
    work.withLock { work in
      work.last += 1
      let number = work.last
      work.tasks[number] = Task { [self] in
        await body()
        _ = self.work.withLock { $0.tasks.removeValue(forKey: number) }
      }
    }
  }

  private func keepSoon(_ command: Command, _ path: DraftPath, mustWait: Bool) {
    let isFirst = work.withLock { work in
      defer { work.drafts[path] = command }
      return work.drafts.isEmpty
    }
    if !mustWait { return keepDrafts() }
    guard isFirst else { return }
    Task { [weak self] in
      try? await Task.sleep(for: .seconds(1))
      self?.keepDrafts()
    }
  }

  /// Writes the drafts that wait for their second to be over.
  private func keepDrafts() {
    let drafts = work.withLock { work in
      defer { work.drafts = [:] }
      return Array(work.drafts.values)
    }
    for command in drafts { edits.yield(command) }
  }

  /// Waits until nothing is being carried out.
  func drain() async {
    while let task = work.withLock({ $0.tasks.values.first }) { await task.value }
  }

  /// Lets edits be saved, and ends everything else where it stands; returns why edits failed that ended meanwhile.
  @discardableResult
  func finish() async -> [String] {
    let last = await workbench.snapshot.edits.last?.id ?? 0
    keepDrafts()
    edits.finish()
    await editing.value
    let tasks = work.withLock { Array($0.tasks.values) }
    for task in tasks { task.cancel() }
    for task in tasks { await task.value }
    return await workbench.snapshot.edits.filter { $0.id > last }.compactMap(\.problem)
  }
}
