import Content
import Domain
import Foundation
import LoopbackServer
import Synchronization
import TestFolders
import WorkbenchCore

@testable import ModelAPI
@testable import Trainers

/// A job's folder, and a mock of the provider that it is worked on with.
struct HostedFixture {
  let folder: JobFolder
  let mock: MockTuning
  let work: HostedWork
  private let server: MockServer
  private let door: Door
  private let services: Services

  /// - Parameter rows: lines of the training file.
  init(
    _ course: MockTuning.Course = MockTuning.Course(), rows: [String] = row(12),
    objective: TrainingSettings.Objective = .sft
  ) async throws {
    let path = temporaryPath("hosted")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    folder = JobFolder(path: path)
    try Data(rows.map { $0 + "\n" }.joined().utf8).write(to: URL(fileURLWithPath: folder.train))
    try Data((rows[0] + "\n").utf8).write(to: URL(fileURLWithPath: folder.valid))
    let mock = MockTuning(course: course)
    let door = Door()
    self.mock = mock
    self.door = door
    server = try await MockServer { request in
      if door.isShut { return LoopbackReply([.stall]) }
      let reply = await mock.reply(to: request) ?? LoopbackReply([.reset])
      door.passed(await mock.requests)
      return reply
    }
    services = Services()
    var settings = TrainingSettings()
    settings.epochs = 2
    settings.objective = objective
    settings.hosted.suffix = "t"
    let plan = TrainingPlan(folder: path, base: "small", settings: settings, rows: [], validationRows: [])
    let model = ModelSpec(
      name: "m", api: .endpoint(Endpoint(.chat, baseURLs: [server.url + "/v1"], model: "small")),
      price: TokenPrice(input: 1, output: 1, training: 3))
    work = try HostedWork(plan, tuning: model)
  }

  /// So many rows.
  static func row(_ count: Int) -> [String] {
    (0..<count).map {
      #"{"messages":[{"content":"é作🦊 \#($0)","role":"user"},{"content":"yes","role":"assistant"}]}"#
    }
  }

  func close() async {
    await services.clients.shutdown()
    await server.stop()
  }

  /// Runs the work to its end.
  @discardableResult
  func run(stops: AsyncStream<Void> = AsyncStream { _ in }) async throws -> Int {
    // As the runner has it from the job's file.
    let again = try JSONDecoder().decode(Work.self, from: JSONEncoder().encode(Work.hosted(work)))
    guard case .hosted(let work) = again else { return -1 }
    let job = RunningJob(
      folder: folder, stops: StopRequests(stops), patience: StopPatience(.milliseconds(200)),
      events: EventLog(folder.events), onStart: { _ in },
      workspace: "/", tuning: services)
    var pace = HostedPace()
    (pace.first, pace.longest, pace.longestTrouble, pace.settling) = (0.001, 0.002, 0.002, 0)
    return try await work.run(job, pace: pace)
  }

  /// Runs the work and has it die at a request to the provider, unless it is done before.
  func runAndDie(at request: Int) async throws {
    door.shut(after: request)
    let task = Task {
      defer { door.shut() }
      return try await run()
    }
    await door.waitUntilShut()
    task.cancel()
    _ = await task.result
    door.open()
  }

  /// Asks the work to end once the mock has seen so many requests.
  func run(stoppingAfter request: Int, _ stop: StopRequest) async throws -> Int {
    let (stops, continuation) = AsyncStream.makeStream(of: Void.self)
    let folder = folder
    door.onRequest { number in
      guard number == request else { return }
      try? folder.write(stop, to: folder.stop)
      continuation.yield()
    }
    return try await run(stops: stops)
  }

  /// What stands in the job's events.
  var events: [TrainingEvent.Kind] {
    var tail = FileTail(path: folder.events, offset: 0)
    return tail.lines(includingTorn: true).compactMap { EventFile.event($0)?.kind }
  }

  /// The job as the workbench sees it.
  var detail: JobDetail {
    var detail = JobDetail(
      job: TrainingJob(
        id: JobID(1), backend: "openai", base: "m", data: "", settings: TrainingSettings(), state: .queued,
        created: Date()))
    detail.apply(
      TrainerObservation(
        events: events.map { TrainingEvent(time: 1, kind: $0) }, isAlive: true, exitStatus: nil, log: []))
    return detail
  }

  var state: HostedState? { folder.read(folder.path + "/hosted.json", as: HostedState.self) }

  /// Services that wait for nothing.
  private struct Services: TuningServices {
    let clients = HTTPModelClients(servers: nil) { _ in nil }
    func tuning(for model: ModelSpec, workspace: String) throws -> any TuningService {
      let service = try clients.tuning(for: model, workspace: workspace)
      guard var openAI = service as? OpenAITuningService else { return service }
      openAI.tries = 2
      openAI.wait = { _ in }
      return openAI
    }
  }

  /// Lets requests in to the mock until one that is the last.
  private final class Door: Sendable {
    private struct State {
      var last: Int?
      var isShut = false
      var waiting: AsyncStream<Void>.Continuation?
      var onRequest: (@Sendable (Int) -> Void)?
    }
    private let state = Mutex(State())

    var isShut: Bool { state.withLock { $0.isShut } }
    func shut(after request: Int) { state.withLock { $0.last = request } }
    func open() {
      state.withLock { state in
        state.isShut = false
        state.last = nil
        state.waiting = nil
      }
    }
    func onRequest(_ body: @escaping @Sendable (Int) -> Void) { state.withLock { $0.onRequest = body } }

    /// Nothing more is let in.
    func shut() {
      let waiting = state.withLock { state in
        state.isShut = true
        return state.waiting
      }
      waiting?.finish()
    }

    func passed(_ number: Int) {
      let (waiting, onRequest) = state.withLock { state in
        if state.last == number { state.isShut = true }
        return (state.isShut ? state.waiting : nil, state.onRequest)
      }
      waiting?.finish()
      onRequest?(number)
    }

    func waitUntilShut() async {
      let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
      let isShut = state.withLock { state in
        state.waiting = continuation
        return state.isShut
      }
      if isShut { continuation.finish() }
      for await _ in stream {}
    }
  }
}
