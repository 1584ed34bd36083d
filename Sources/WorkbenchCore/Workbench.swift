import Content
import Domain
import Foundation

/// Carries commands out. Work happens here and nowhere else: the terminal and the shell both perform commands and read
/// snapshots. After each `await` the world may differ, so decisions sit in pure values (`RunPlan`, `JobLifecycle`).
package actor Workbench {
  /// What the core needs from outside.
  package struct Dependencies: Sendable {
    /// The workspace's files.
    package var files: any WorkspaceFiles
    /// Opens the workspace's database: its own once the workspace is trusted, and else whatever lets it be looked at.
    package var openStore: @Sendable (_ isTrusted: Bool) async throws -> any Store
    /// Makes model clients.
    package var clients: any ModelClients
    /// Tunes models.
    package var trainer: any Trainer
    /// Says what a person has allowed the workspace.
    package var gate: any TrustGate
    /// The time of day.
    package var now: @Sendable () -> Date
    /// Whether answers of evaluations are asked for in pieces, so that they can be read while they come.
    package var streamsAnswers: Bool
    /// Gathers the parts.
    package init(
      files: any WorkspaceFiles, openStore: @escaping @Sendable (_ isTrusted: Bool) async throws -> any Store,
      clients: any ModelClients, trainer: any Trainer, gate: any TrustGate = OpenGate(),
      now: @escaping @Sendable () -> Date = { Date() }, streamsAnswers: Bool = false
    ) {
      self.files = files
      self.openStore = openStore
      self.clients = clients
      self.trainer = trainer
      self.gate = gate
      self.now = now
      self.streamsAnswers = streamsAnswers
    }

    /// The same with a database that is open.
    package init(
      files: any WorkspaceFiles, store: any Store, clients: any ModelClients, trainer: any Trainer,
      gate: any TrustGate = OpenGate(), now: @escaping @Sendable () -> Date = { Date() }, streamsAnswers: Bool = false
    ) {
      self.init(
        files: files, openStore: { _ in store }, clients: clients, trainer: trainer, gate: gate, now: now,
        streamsAnswers: streamsAnswers)
    }
  }

  /// What decides which client asks.
  struct ClientKey: Hashable {
    var model: ModelSpec
    var adapter: String?
    var revision: String
  }

  let dependencies: Dependencies
  /// The workspace's database.
  package private(set) var store: any Store
  /// Everything that can be shown, as of now.
  package internal(set) var snapshot: Snapshot
  private var subscribers: [Int: AsyncStream<Snapshot>.Continuation] = [:]
  private var lastSubscriber = 0
  private var lastNotice = 0
  private var watchers: [Task<Void, Never>] = []
  private var storeWatcher: Task<Void, Never>?
  private var isPublishScheduled = false
  private var lastPublished = ContinuousClock.now - .seconds(1)

  /// Runs that this process works on.
  var activeRuns: Set<RunID> = []
  /// Those of them that are to stop.
  var stopRequests: Set<RunID> = []
  /// Runs that were changed in the snapshot.
  var runChanges = LocalChanges<RunID>()
  /// Jobs that were changed in the snapshot.
  var jobChanges = LocalChanges<JobID>()
  /// What this process last took for a run.
  package internal(set) var uses: [RunID: RunUse] = [:]
  /// The newest question about costs.
  var lastCharge = 0
  /// Dollars that commands under way may cost at most without consent.
  var unaskedDollars = 0.0
  /// Variants of which a person agreed to pay for trials.
  var trialsAgreed: Set<String> = []
  /// The duel under way.
  var duelTask: Task<Void, Never>?
  /// Variants that are not written yet, while it is worked out what evaluating them costs.
  var proposedVariants: [String: Variant] = [:]
  /// How patient runs are with their servers.
  private(set) var patience = RunPlan.Patience()
  /// Clients in use.
  var clients: [ClientKey: any ModelClient] = [:]
  /// The trial under way.
  var trialTask: Task<Void, Never>?
  /// Followers of jobs that are not over.
  var followers: [JobID: Task<Void, Never>] = [:]
  /// Curves of jobs that are followed or were read.
  var details: [JobID: JobDetail] = [:]
  /// What the queries of screens are at.
  var board = QueryBoard()

  /// Reads the workspace and what its database holds.
  /// - Throws: `Problem` when the folder is no workspace, or the store's error.
  package init(_ dependencies: Dependencies) async throws {
    self.dependencies = dependencies
    let workspace = try await dependencies.files.read()
    let standing = dependencies.gate.standing(asking: workspace.permissions)
    store = try await dependencies.openStore(standing.isTrusted)
    snapshot = Snapshot(workspace: workspace, time: dependencies.now())
    snapshot.trust = standing
    try await readStore()
  }

  /// The longest that runs wait, in seconds, for a server that takes no request.
  package func set(longestWait seconds: Double) { patience.longestWait = seconds }

  /// Reads all that the database holds.
  private func readStore() async throws {
    snapshot.runs = try await store.runs()
    snapshot.versions = try await store.versions()
    snapshot.jobs = try await store.jobs()
    snapshot.probes = try await store.probes()
    snapshot.reviews = try await store.reviews()
    snapshot.drafts = await dependencies.files.drafts()
    await priceRuns()
  }

  /// Works out what stored answers cost whose model had no price when they came, and has one now.
  private func priceRuns() async {
    for run in snapshot.runs {
      // Answers that the server didn't count have no cost at any price.
      guard run.summary.unpriced > run.summary.replies - run.summary.counted,
        let price = snapshot.workspace.price(of: run.variant), snapshot.trust.isTrusted
      else { continue }
      guard let summary = try? await store.price(run.id, { price.cost(of: $0) }) else { continue }
      mark(run.id) { $0.summary = summary }
    }
  }

  /// Picks up what an earlier process left: jobs still running are followed again, and changes made by others are seen
  /// from here on. The command line needs it only for commands that follow something.
  package func watch() async {
    // Before anything is waited for: what this process keeps from now on is not an earlier one's.
    tellOfDrafts()
    let files = dependencies.files.changes()
    watchers = [Task { [weak self] in for await _ in files { await self?.reloadFiles() } }]
    await watchStore()
    publish()
  }

  private func watchStore() async {
    let others = store.foreignChanges()
    storeWatcher?.cancel()
    storeWatcher = Task { [weak self] in for await _ in others { await self?.reloadStore() } }
    await reconcileRuns()
    await reconcileJobs()
    publish()
    // Hashing a model takes its time the first time.
    await refreshBases()
    changed([.runs])
  }

  /// Allows what a person has read and agreed to; from now on the workspace's own database is used.
  /// - Throws: `WorkbenchError.input` when that can't be remembered, or the store's error.
  func trust(_ permissions: [Permission]) async throws {
    try dependencies.gate.allow(permissions)
    let standing = dependencies.gate.standing(asking: snapshot.workspace.permissions)
    snapshot.trust = standing
    if standing.isTrusted {
      store = try await dependencies.openStore(true)
      try await readStore()
      tellOfDrafts()
      if !watchers.isEmpty { await watchStore() }
    }
    snapshot.trust = standing
    publish()
  }

  /// - Throws: `WorkbenchError.untrusted` while a person has not allowed all that the workspace asks for.
  func requireTrust() throws {
    switch dependencies.gate.standing(asking: snapshot.workspace.permissions) {
    case .trusted: return
    case .untrusted(let permissions), .changed(let permissions): throw WorkbenchError.untrusted(permissions)
    }
  }

  /// Tells which texts an earlier process left unsaved.
  private func tellOfDrafts() {
    let paths = snapshot.drafts.keys.map(\.description).sorted()
    guard let first = paths.first else { return }
    let more = paths.count > 1 ? " and \(paths.count - 1) more" : ""
    notify(.warning, "Typed and not saved when Assay ended: \(first)\(more). Editing it again offers the text.")
  }

  /// Ends everything that this process is doing; jobs go on, runs can be resumed.
  package func close() {
    trialTask?.cancel()
    duelTask?.cancel()
    for task in watchers + [storeWatcher].compactMap({ $0 }) + Array(followers.values) { task.cancel() }
    for continuation in subscribers.values { continuation.finish() }
    subscribers = [:]
    clients = [:]
  }

  // MARK: Commands

  /// Carries out one command and returns when all its work is done.
  /// - Parameter consent: whether a person agreed to what it costs.
  /// - Throws: `WorkbenchError`, `Problem`, `ModelFailure`, `TrainerFailure` or a store's error; each describes itself.
  ///   `WorkbenchError.unconfirmed` where it costs more than the limit and there is no consent.
  package func perform(_ command: Command, consent: Consent = .notAsked) async throws {
    try await spending(consent, on: command) { try await command.work.perform(on: self) }
  }

  /// Carries out a command whose failure becomes a notice in the next snapshot, which also tells how an edit ended.
  package func submit(_ command: Command) async {
    do {
      try await perform(command)
      if command.isEdit {
        if let draft = command.work.draft(in: snapshot.workspace) { try? await keep(nil, as: draft) }
        end(command, problem: nil)
        publish()
      }
    } catch is CancellationError {
    } catch WorkbenchError.unconfirmed(let charge) {
      ask(charge, for: command)
    } catch {
      let problem = String(describing: error)
      // Drafts are written once a second: what prevents it is told once.
      if command.work is DraftKeeping, snapshot.notices.contains(where: { $0.text == problem }) { return }
      if command.isEdit { end(command, problem: problem) }
      notify(.error, problem, hint: (error as? WorkbenchError)?.hint)
    }
  }

  private func end(_ edit: Command, problem: String?) {
    snapshot.edits.append(EndedEdit(id: (snapshot.edits.last?.id ?? 0) + 1, command: edit, problem: problem))
    if snapshot.edits.count > 20 { snapshot.edits.removeFirst() }
  }

  // MARK: Snapshots

  /// The present snapshot and each newer one; a slow reader misses what is between.
  package func snapshots() -> AsyncStream<Snapshot> {
    let (stream, continuation) = AsyncStream.makeStream(of: Snapshot.self, bufferingPolicy: .bufferingNewest(1))
    lastSubscriber += 1
    let number = lastSubscriber
    subscribers[number] = continuation
    continuation.onTermination = { [weak self] _ in Task { await self?.unsubscribe(number) } }
    continuation.yield(snapshot)
    return stream
  }

  /// Whether there are subscribers.
  var hasSubscribers: Bool { !subscribers.isEmpty }

  private func unsubscribe(_ number: Int) { subscribers[number] = nil }

  /// Shows the present state to everybody who watches.
  func publish() {
    snapshot.time = dependencies.now()
    lastPublished = .now
    for continuation in subscribers.values { continuation.yield(snapshot) }
  }

  /// Publishes now, or when the last time was at least a sixtieth of a second ago: a burst becomes one snapshot.
  func publishSoon() {
    guard !isPublishScheduled, !subscribers.isEmpty else { return }
    let interval = Duration.milliseconds(16)
    let elapsed = ContinuousClock.now - lastPublished
    if elapsed >= interval { return publish() }
    isPublishScheduled = true
    Task {
      try? await Task.sleep(for: interval - elapsed)
      isPublishScheduled = false
      publish()
    }
  }

  /// Tells the person what one of the outer parts is about to do.
  package func tell(_ text: String) { notify(.information, text) }

  /// Tells the person something; the last 50 notices are kept.
  package func notify(_ kind: Notice.Kind, _ text: String, hint: WorkbenchError.Hint? = nil) {
    lastNotice += 1
    snapshot.notices.append(Notice(id: lastNotice, kind: kind, text: text, time: dependencies.now(), hint: hint))
    if snapshot.notices.count > 50 { snapshot.notices.removeFirst() }
    publish()
  }

  // MARK: What others changed

  /// Reads the files again; a flaw becomes a problem in the snapshot.
  func reloadFiles() async {
    do {
      snapshot.workspace = try await dependencies.files.read()
      snapshot.trust = dependencies.gate.standing(asking: snapshot.workspace.permissions)
      await priceRuns()
      await refreshBases()
      changed([.files])
      publish()
    } catch {
      notify(.error, String(describing: error))
    }
  }

  /// Reads runs, versions, jobs and reviews again. What this process changed meanwhile stays as it is.
  func reloadStore() async {
    do {
      let before = snapshot.runs
      let (runChange, jobChange) = (runChanges.count, jobChanges.count)
      let (runs, versions) = (try await store.runs(), try await store.versions())
      let (jobs, reviews) = (try await store.jobs(), try await store.reviews())
      snapshot.runs = runChanges.merged(runs, with: snapshot.runs, since: runChange)
      snapshot.jobs = jobChanges.merged(jobs, with: snapshot.jobs, since: jobChange)
      let reviewChange: Set<QuerySource> = reviews == snapshot.reviews ? [] : [.reviews]
      (snapshot.versions, snapshot.reviews) = (versions, reviews)
      await reconcileJobs()
      changed(QuerySource.changes(from: before, to: snapshot.runs).union(reviewChange))
      publish()
    } catch {
      notify(.error, String(describing: error))
    }
  }
}
