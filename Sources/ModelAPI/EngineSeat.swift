import WorkbenchCore

/// One model's place at the local engine: asks for it once however many ask at the same time, and holds its lease.
actor EngineSeat {
  private let servers: any ModelServers
  private let model: String
  private let adapter: String?
  private var served: (address: ServiceAddress, lease: any Sendable)?
  private var starting: Task<ServiceAddress, any Error>?
  private var startNumber = 0
  private var waiting = 0

  init(servers: any ModelServers, model: String, adapter: String?) {
    self.servers = servers
    self.model = model
    self.adapter = adapter
  }

  /// The engine's address, if one has been asked for.
  var addressIfServed: ServiceAddress? { served?.address }

  /// The engine's address; starts it the first time.
  func address() async throws -> ServiceAddress {
    if let served { return served.address }
    return try await renew()
  }

  /// Asks for the engine again: it may have died. Starting it is given up when everybody who waits has gone.
  func renew() async throws -> ServiceAddress {
    let task = starting ?? start()
    waiting += 1
    do {
      let address = try await withTaskCancellationHandler {
        try await task.value
      } onCancel: {
        Task { await self.leave(task) }
      }
      return address
    } catch {
      if Task.isCancelled { throw CancellationError() }
      throw error
    }
  }

  private func start() -> Task<ServiceAddress, any Error> {
    waiting = 0
    startNumber += 1
    let number = startNumber
    let task = Task { [servers, model, adapter] in
      do {
        let server = try await servers.serve(model: model, adapter: adapter)
        let address = try ServiceAddress(server.baseURL)
        ended(number)
        served = (address, server.lease)
        return address
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
  private func leave(_ task: Task<ServiceAddress, any Error>) {
    guard task == starting else { return }
    waiting -= 1
    if waiting > 0 { return }
    task.cancel()
    starting = nil
  }
}
