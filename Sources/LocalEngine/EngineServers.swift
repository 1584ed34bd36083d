import Domain
import Files
import Foundation
import Processes

/// Starts, finds and stops the engine's servers.
///
/// There is one server for each model and adapter, so that no weights are ever loaded twice. It is shared by all
/// processes of this user, which find it through its folder, and stops by itself some time after the last lease is gone.
package struct EngineServers: ModelServers {
  /// The engine.
  package let engine: LocalEngine
  /// How long an unused server stays.
  package var grace: Duration
  /// How long loading a model may take.
  package var startLimit: Duration
  /// Told what is fetched from the hub, with its size and licence, before that begins.
  package var onDownload: @Sendable (String) -> Void

  /// Servers of an engine.
  package init(
    layout: EngineLayout = .standard(), grace: Duration = .seconds(60), startLimit: Duration = .seconds(600),
    onDownload: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.onDownload = onDownload
    engine = LocalEngine(layout: layout)
    self.grace = grace
    self.startLimit = startLimit
  }

  /// A server that answers for this model, started if need be and known to be healthy.
  package func serve(model: String, adapter: String?) async throws -> ServedModel {
    do {
      return try await serve(try ServedPair(model: model, adapter: adapter))
    } catch let error as EngineError {
      throw ModelFailure.rejected(error.description)
    } catch let error as ProcessError {
      throw ModelFailure.unavailable(error.description)
    } catch let error as LockError {
      throw ModelFailure.unavailable(error.description)
    }
  }

  private func serve(_ pair: ServedPair) async throws -> ServedModel {
    try engine.requireReady()
    let folder = ServerFolder(path: engine.layout.servers + "/" + pair.key)
    do {
      try folder.create()
    } catch { throw EngineError.folder(engine.layout.servers, error) }
    // The lease first: a server that is about to stop holds it alone until it is gone.
    let lease = try await FileLock.acquire(folder.leaseFile, .shared, atMost: .seconds(30))
    if let state = folder.state, await folder.answers(state, within: 2) { return try served(state, lease, in: folder) }
    let lock = try await FileLock.acquire(folder.startLock, .exclusive, atMost: startLimit)
    defer { withExtendedLifetime(lock) {} }
    if let state = folder.state {
      // It may be in the middle of a long product.
      if folder.process?.isAlive == true, await folder.answers(state, within: 10) {
        return try served(state, lease, in: folder)
      }
      await folder.stop()
      if folder.process?.boot == ProcessIdentity.current.boot { folder.noteCrash() }
      try? FileManager.default.removeItem(atPath: folder.stateFile)
    } else {
      // Started by somebody who was gone before it was ready.
      await folder.stop()
    }
    try await backOff(folder, pair)
    removeOldFolders()
    return try served(try await start(pair, in: folder), lease, in: folder)
  }

  private func served(_ state: ServerFolder.State, _ lease: FileLock, in folder: ServerFolder) throws -> ServedModel {
    guard let secret = folder.secret else {
      throw ModelFailure.unavailable(
        "The engine's secret is missing in \(folder.path). Run `assay engine stop`, then try again.")
    }
    let port = state.port
    return ServedModel(
      baseURL: "http://127.0.0.1:\(port)/v1", lease: lease, secret: secret.text,
      isItself: { await LoopbackRequest(method: "GET", port: port, path: "", seconds: 5).proves(secret) })
  }

  /// Waits the longer the more often the server has died, and gives up after the fifth time in ten minutes.
  private func backOff(_ folder: ServerFolder, _ pair: ServedPair) async throws {
    let crashes = folder.recentCrashes.count
    if crashes >= 5 {
      throw ModelFailure.rejected(
        "The engine died \(crashes) times within ten minutes with \(pair.model). Its last words: "
          + "\(folder.lastWords().joined(separator: " / ")) The whole log is \(folder.log)")
    }
    if crashes > 1 { try await Task.sleep(for: .milliseconds(250 << crashes)) }
  }

  private func start(_ pair: ServedPair, in folder: ServerFolder) async throws -> ServerFolder.State {
    let instance = UUID().uuidString
    var arguments = [
      "--model", pair.model, "--folder", folder.path, "--instance", instance, "--grace",
      "\(Double(grace.components.seconds) + Double(grace.components.attoseconds) / 1e18)",
    ]
    if let adapter = pair.adapter { arguments += ["--adapter", adapter] }
    if let hub = pair.hub {
      arguments.append("--allow-download")
      if let revision = hub.revision { arguments += ["--revision", revision] }
    }
    folder.beginLog()
    let process = try await engine.program("serve", arguments).spawnDetached(appendingTo: folder.log)
    folder.write(process, to: folder.processFile)
    do {
      return try await ready(instance, process, pair, in: folder)
    } catch {
      process.signalGroup(.kill)
      throw error
    }
  }

  /// Waits until the server says that it is ready.
  private func ready(
    _ instance: String, _ process: ProcessIdentity, _ pair: ServedPair, in folder: ServerFolder
  ) async throws -> ServerFolder.State {
    let deadline = ContinuousClock.now + startLimit
    var isTold = false
    while true {
      if !isTold, let sentence = try? FileBytes.text(folder.downloadFile, limit: 4096) {
        isTold = true
        onDownload(sentence)
      }
      let isAlive = process.isAlive
      if let state = folder.state, state.instance == instance { return state }
      guard isAlive else { throw startFailure(pair, folder) }
      if ContinuousClock.now >= deadline {
        throw ModelFailure.unavailable(
          "The engine did not finish loading \(pair.model) within \(startLimit.components.seconds) seconds; its log is "
            + folder.log)
      }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  private func startFailure(_ pair: ServedPair, _ folder: ServerFolder) -> ModelFailure {
    let words = folder.lastWords()
    if let line = words.last, line.hasPrefix("error: ") {
      let what = pair.adapter.map { "\(pair.model) with the adapter \($0)" } ?? pair.model
      return .rejected("The engine can't load \(what). \(line.dropFirst(7)) The whole log is \(folder.log)")
    }
    return .unavailable(
      "The engine ended while it was starting. Its last words: \(words.isEmpty ? "none" : words.joined(separator: " / ")) "
        + "The whole log is \(folder.log)")
  }

  // MARK: Looking and stopping

  /// A server that is running.
  package struct Running: Sendable, Hashable, Codable {
    /// The model's folder or hub id.
    package var model: String
    /// The adapter's folder.
    package var adapter: String?
    /// The port on the loopback interface.
    package var port: Int
    /// The process.
    package var pid: Int32
    /// When it was started, in seconds since 1970.
    package var started: Double
    /// Whether a lease is held.
    package var isInUse: Bool
    /// Its log.
    package var log: String
  }

  /// The servers that are running now, oldest first.
  package func running() -> [Running] {
    folders().compactMap { folder in
      guard let state = folder.state, let process = folder.process, process.isAlive else { return nil }
      let isInUse = ((try? FileLock.tryAcquire(folder.leaseFile, .exclusive)) ?? nil) == nil
      return Running(
        model: state.model, adapter: state.adapter, port: state.port, pid: process.pid, started: state.started,
        isInUse: isInUse, log: folder.log)
    }.sorted { $0.started < $1.started }
  }

  /// Stops all servers, also those in use, and returns how many there were. Their clients start them again.
  @discardableResult package func stopAll() async -> Int {
    let alive = folders().filter { $0.process?.isAlive == true }
    await withTaskGroup(of: Void.self) { group in
      for folder in alive { group.addTask { await folder.stop() } }
    }
    return alive.count
  }

  private func folders() -> [ServerFolder] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: engine.layout.servers)) ?? []
    return names.map { ServerFolder(path: engine.layout.servers + "/" + $0) }
  }

  /// Removes the folders of servers that weren't started for a week.
  private func removeOldFolders() {
    for folder in folders() where folder.process?.isAlive != true {
      let attributes = try? FileManager.default.attributesOfItem(atPath: folder.processFile)
      guard let time = attributes?[.modificationDate] as? Date, Date().timeIntervalSince(time) > 7 * 86_400,
        let lock = try? FileLock.tryAcquire(folder.startLock, .exclusive)
      else { continue }
      try? FileManager.default.removeItem(atPath: folder.path)
      withExtendedLifetime(lock) {}
    }
  }
}
