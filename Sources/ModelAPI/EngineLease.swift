import Domain

/// An engine's address with what it asks for.
struct EnginePlace: Sendable {
  /// Where it is.
  let address: ServiceAddress
  /// What every request carries.
  let secret: String?
}

/// One model's place at the local engine: asks for it once however many ask at the same time, and holds its lease.
actor EngineLease {
  private let servers: any ModelServers
  private let model: String
  private let adapter: String?
  private var served: (place: EnginePlace, model: ServedModel, checked: ContinuousClock.Instant)?
  private var starting: Task<EnginePlace, any Error>?
  private var startNumber = 0
  private var waiting = 0

  init(servers: any ModelServers, model: String, adapter: String?) {
    self.servers = servers
    self.model = model
    self.adapter = adapter
  }

  /// For so long an engine that has proved itself is not asked to do so again.
  private static let trust = Duration.seconds(1)

  /// The engine's place, if one has been asked for and still is the engine's.
  func placeIfServed() async -> EnginePlace? {
    guard let served else { return nil }
    if served.checked.duration(to: .now) < Self.trust { return served.place }
    guard await served.model.isItself() else { return nil }
    self.served?.checked = .now
    return served.place
  }

  /// The engine's place; starts it the first time, and when another program answers there.
  func place() async throws -> EnginePlace {
    if let place = await placeIfServed() { return place }
    return try await renew()
  }

  /// Asks for the engine again: it may have died. Starting it is given up when everybody who waits has gone.
  @discardableResult func renew() async throws -> EnginePlace {
    let task = starting ?? start()
    waiting += 1
    do {
      return try await withTaskCancellationHandler {
        try await task.value
      } onCancel: {
        Task { await self.leave(task) }
      }
    } catch {
      if Task.isCancelled { throw CancellationError() }
      throw error
    }
  }

  private func start() -> Task<EnginePlace, any Error> {
    waiting = 0
    startNumber += 1
    let number = startNumber
    let task = Task { [servers, model, adapter] in
      do {
        let server = try await servers.serve(model: model, adapter: adapter)
        let place = EnginePlace(address: try ServiceAddress(server.baseURL), secret: server.secret)
        ended(number)
        served = (place, server, .now)
        return place
      } catch {
        ended(number)
        if error is ModelFailure || error is CancellationError { throw error }
        throw ModelFailure.unavailable("The local engine didn't start: \(SafeText.line(String(describing: error))).")
      }
    }
    starting = task
    return task
  }

  private func ended(_ number: Int) {
    if number == startNumber { starting = nil }
  }

  /// One who waited has gone; whoever comes after the last one starts anew.
  private func leave(_ task: Task<EnginePlace, any Error>) {
    guard task == starting else { return }
    waiting -= 1
    if waiting > 0 { return }
    task.cancel()
    starting = nil
  }
}
