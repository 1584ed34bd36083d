import Files
import Foundation
import Processes

/// What is known of one server, all of it in files that any process of this user may read, and of nobody else.
struct ServerFolder: Sendable, Hashable {
  /// The folder.
  var path: String

  /// The server writes it when it is ready, and removes it when it stops in good order.
  var stateFile: String { path + "/state.json" }
  /// Clients share a lock on it.
  var leaseFile: String { path + "/lease" }
  /// Held by the process that starts the server.
  var startLock: String { path + "/start.lock" }
  /// The identity of the process started last.
  var processFile: String { path + "/process.json" }
  /// When the last few crashes were noticed.
  var crashFile: String { path + "/crashes.json" }
  /// The server writes it before it listens: what every request must carry.
  var secretFile: String { path + "/secret" }
  /// What the server fetches from the hub, in a sentence that it writes before it begins.
  var downloadFile: String { path + "/download" }
  /// What the server says.
  var log: String { path + "/server.log" }

  /// What the server says of itself.
  struct State: Sendable, Hashable, Codable {
    var instance: String
    var port: Int
    var model: String
    var adapter: String?
    var started: Double
  }

  /// Makes the folder, for this user alone.
  /// - Throws: when it can't be made.
  func create() throws {
    try PrivateFiles.makeFolder(path)
    Temporaries.sweep(path)
  }

  /// What the running server knows and nobody else; nil where there is none, or where it isn't this user's alone.
  var secret: ServerSecret? { ServerSecret(file: secretFile) }

  /// What the server said when it was ready.
  var state: State? { read(stateFile) }
  /// The process started last.
  var process: ProcessIdentity? { read(processFile) }
  /// Crashes of the last ten minutes.
  var recentCrashes: [Double] {
    let times: [Double] = read(crashFile) ?? []
    return times.filter { Date().timeIntervalSince1970 - $0 < 600 }
  }

  /// Notes that the server died under way.
  func noteCrash() {
    let times = recentCrashes.suffix(9) + [Date().timeIntervalSince1970]
    write(Array(times), to: crashFile)
  }

  /// Writes a value for other processes.
  func write(_ value: some Encodable, to file: String) {
    guard let data = try? JSONEncoder().encode(value) else { return }
    try? PrivateFiles.write(String(decoding: data, as: UTF8.self), to: file)
  }

  private func read<Value: Decodable>(_ file: String) -> Value? {
    (try? FileBytes.read(file, limit: 1 << 20)).flatMap { try? JSONDecoder().decode(Value.self, from: Data($0)) }
  }

  /// Whether the server that wrote this state answers.
  func answers(_ state: State, within seconds: Int) async -> Bool {
    guard let secret else { return false }
    let request = LoopbackRequest(method: "GET", port: state.port, path: "/assay/info", seconds: seconds)
    guard let body = await request.body(secret), let info = try? JSONDecoder().decode(State.self, from: body) else {
      return false
    }
    return info.instance == state.instance
  }

  /// The last lines of the log.
  func lastWords(_ count: Int = 4) -> [String] {
    guard let file = try? FileBytes.handle(log) else { return [] }
    defer { try? file.close() }
    let end = (try? file.seekToEnd()) ?? 0
    try? file.seek(toOffset: end > 16_384 ? end - 16_384 : 0)
    let text = String(decoding: (try? file.readToEnd()) ?? Data(), as: UTF8.self)
    return text.split(separator: "\n").suffix(count).map(String.init)
  }

  /// Keeps the log of the start before this one, and no older one.
  func beginLog() {
    try? FileManager.default.removeItem(atPath: log + ".old")
    try? FileManager.default.moveItem(atPath: log, toPath: log + ".old")
    try? FileManager.default.removeItem(atPath: downloadFile)
  }

  /// Ends the server: asks it, asks its process, kills its process.
  func stop() async {
    guard let process, process.isAlive else { return }
    if let state, let secret {
      _ = await LoopbackRequest(method: "POST", port: state.port, path: "/assay/stop", seconds: 2).body(secret)
    }
    if await process.waitForEnd(atMost: .seconds(state == nil ? 0 : 3)) { return }
    process.signalGroup(.terminate)
    if await process.waitForEnd(atMost: .seconds(3)) { return }
    process.signalGroup(.kill)
    _ = await process.waitForEnd(atMost: .seconds(3))
    // It could not do that itself, and it was no crash.
    try? FileManager.default.removeItem(atPath: stateFile)
    try? FileManager.default.removeItem(atPath: secretFile)
  }
}
