import Content
import Domain
import Foundation
import LoopbackServer
import Synchronization
import TestFolders
import Testing
import WorkbenchCore

@testable import ModelAPI

/// OpenAI's fine-tuning API, against a mock that goes its course look by look.
@Suite struct TuningTests {
  /// Runs `body` with a service on a mock; waits are noted instead of waited.
  private func with(
    _ course: MockTuning.Course = MockTuning.Course(),
    _ body: (OpenAITuningService, MockTuning, Waits) async throws -> Void
  ) async throws {
    let mock = MockTuning(course: course)
    try await MockServer.with({ await mock.reply(to: $0) ?? chat("live") }) { server in
      let clients = HTTPModelClients(servers: nil) { $0 == "K" ? "sk-secret" : nil }
      let endpoint = Endpoint(.chat, baseURLs: [server.url + "/v1"], model: "small", keyEnvironment: "K")
      let spec = ModelSpec(name: "m", api: .endpoint(endpoint))
      var service = try #require(try clients.tuning(for: spec, workspace: "/") as? OpenAITuningService)
      let waits = Waits()
      service.wait = { waits.add($0) }
      do {
        try await body(service, mock, waits)
      } catch {
        await clients.shutdown()
        throw error
      }
      await clients.shutdown()
    }
  }

  /// Notes waits.
  private final class Waits: Sendable {
    private let seconds = Mutex<[Double]>([])
    func add(_ more: Double) { seconds.withLock { $0.append(more) } }
    var all: [Double] { seconds.withLock { $0 } }
  }

  private func file(_ rows: Int, name: String = "assay-1.jsonl") throws -> TuningFile {
    let row = #"{"messages":[{"role":"user","content":"é作🦊\r\n--"},{"role":"assistant","content":"yes"}]}"# + "\n"
    return try file(Data(String(repeating: row, count: rows).utf8), name: name)
  }

  private func file(_ data: Data, name: String) throws -> TuningFile {
    let path = temporaryPath("upload")
    try data.write(to: URL(fileURLWithPath: path))
    return TuningFile(path: path, name: name, bytes: data.count)
  }

  /// A job of twelve rows, made.
  private func job(_ service: OpenAITuningService, label: String = "a") async throws -> String {
    let file = try await service.upload(file(12))
    return try await service.create(TuningRequest(label: label, model: "small", trainingFile: file))
  }

  @Test func aJobGoesItsWay() async throws {
    var course = MockTuning.Course()
    course.words = ["validating_files", "reticulating_splines", "running", "running"]
    course.page = 3
    try await with(course) { service, mock, _ in
      let training = try file(12)
      let id = try await service.upload(training)
      let sent = try #require(await mock.files.first)
      #expect(sent.id == id && sent.name == "assay-1.jsonl")
      #expect(Data(sent.bytes) == FileManager.default.contents(atPath: training.path))
      let validation = try await service.upload(file(3, name: "assay-2.jsonl"))

      var request = TuningRequest(label: "job 7", model: "small", trainingFile: id, validationFile: validation)
      request.epochs = 2
      request.batchSize = 4
      request.learningRateMultiplier = 0.5
      request.suffix = "assay-7"
      request.seed = 3
      let job = try await service.create(request)
      let made = try #require(await mock.made.first)
      #expect(made["model"] == "small" && made["training_file"]?.string == id && made["seed"] == 3)
      #expect(made["validation_file"]?.string == validation && made["user_provided_suffix"] == "assay-7")
      #expect(made["metadata"] == ["assay": "job 7"] && made["method"]?["type"] == "supervised")
      let chosen = made["method"]?["supervised"]?["hyperparameters"]
      #expect(chosen?["n_epochs"] == 2 && chosen?["batch_size"] == 4 && chosen?["learning_rate_multiplier"] == 0.5)

      #expect(try await service.status(of: job) == TuningStatus(word: "validating_files", epochs: 2, batchSize: 4))
      let unknown = try await service.status(of: job)
      #expect(unknown.word == "reticulating_splines" && !unknown.isOver)
      let running = try await service.status(of: job)
      #expect(running.word == "running" && running.estimatedFinish != nil)
      let some = try await service.events(of: job, after: nil)
      #expect(some.first?.message == "Created fine-tuning job: ftjob-1")
      #expect(some.compactMap(\.metrics.step) == [1, 2, 3] && some.map(\.time) == some.map(\.time).sorted())
      let step = try #require(some.first { $0.metrics.step == 2 })
      #expect(step.metrics.steps == 6 && step.metrics.trainLoss == 1 && step.metrics.validationLoss == 1.25)
      #expect(step.metrics.trainAccuracy == 0.5)

      _ = try await service.status(of: job)
      let done = try await service.status(of: job)
      #expect(done.isOver && done.isSuccess && done.failure == nil && done.trainedTokens == 1200)
      #expect(done.model == "ft:small:mock:assay-7:ftjob-1")
      let rest = try await service.events(of: job, after: some.last?.id)
      #expect(rest.compactMap(\.metrics.step) == [4, 5, 6])
      #expect(rest.last?.message == "The job has successfully completed")
      #expect(try await service.events(of: job, after: rest.last?.id).isEmpty)
      #expect(
        try await service.checkpoints(of: job) == [
          TuningCheckpoint(
            model: "ft:small:mock:assay-7:ftjob-1:ckpt-step-3", step: 3, validationLoss: 2.0 / 3 + 0.125),
          TuningCheckpoint(model: "ft:small:mock:assay-7:ftjob-1", step: 6, validationLoss: 2.0 / 6 + 0.125),
        ])
    }
  }

  @Test func filesAndJobsAreFoundAgain() async throws {
    var course = MockTuning.Course()
    course.page = 2
    try await with(course) { service, mock, _ in
      let wanted = try file(12, name: "assay-x.jsonl")
      #expect(try await service.find(wanted) == nil)
      let id = try await service.upload(wanted)
      for number in 0..<4 { _ = try await service.upload(file(10, name: "assay-\(number).jsonl")) }
      #expect(try await service.find(wanted) == id)
      #expect(try await service.find(TuningFile(path: "", name: wanted.name, bytes: wanted.bytes + 1)) == nil)
      for number in 0..<5 {
        _ = try await service.create(TuningRequest(label: "l\(number % 3)", model: "small", trainingFile: id))
      }
      #expect(try await service.find(label: "l0", file: id).map(\.id) == ["ftjob-4", "ftjob-1"])
      #expect(try await service.find(label: "none", file: id).isEmpty)
    }
  }

  @Test func aJobWithoutLabelsIsFoundByItsFile() async throws {
    var course = MockTuning.Course()
    course.keepsMetadata = false
    try await with(course) { service, _, _ in
      _ = try await job(service)
      let found = try await service.find(label: "a", file: "file-ft-1")
      #expect(found.map(\.id) == ["ftjob-1"] && found[0].label == nil)
      #expect(try await service.find(label: "a", file: "file-ft-2").isEmpty)
    }
  }

  @Test func preferencesHaveTheirOwnForm() async throws {
    try await with { service, mock, _ in
      let row =
        #"{"input":{"messages":[{"role":"user","content":"q"}]},"preferred_output":[{"role":"assistant","content":"a"}],"#
        + #""non_preferred_output":[{"role":"assistant","content":"b"}]}"# + "\n"
      let id = try await service.upload(file(Data(String(repeating: row, count: 10).utf8), name: "p.jsonl"))
      let request = TuningRequest(label: "a", model: "small", trainingFile: id, method: .dpo(beta: 0.25))
      _ = try await service.create(request)
      let made = try #require(await mock.made.first)
      #expect(made["status"] == "validating_files" && made["method"]?["type"] == "dpo")
      #expect(made["method"]?["dpo"]?["hyperparameters"]?["beta"] == 0.25)
    }
  }

  @Test func failuresAreTheProvidersSentence() async throws {
    var course = MockTuning.Course()
    course.words = []
    course.ending = "failed"
    course.failure = "Line 3\u{1b}[31m says\n\nsk-secret \u{202e}!"
    try await with(course) { service, _, _ in
      let status = try await service.status(of: job(service))
      #expect(status.isOver && !status.isSuccess && status.word == "failed")
      #expect(status.failure == "Line 3 [31m says [key] !")
    }
  }

  @Test func jobsPauseGoOnAndEnd() async throws {
    try await with { service, _, _ in
      let job = try await job(service)
      for _ in 0..<3 { _ = try await service.status(of: job) }
      try await service.pause(job)
      for _ in 0..<9 { #expect(try await service.status(of: job).word == "paused") }
      try await service.resume(job)
      #expect(try await service.status(of: job).word == "running")
      try await service.cancel(job)
      let status = try await service.status(of: job)
      #expect(status.word == "cancelled" && status.isOver && !status.isSuccess && status.failure == nil)
      try await service.cancel(job)  // once more is no failure
      await #expect(throws: ModelFailure.self) { try await service.pause(job) }
      await #expect(throws: ModelFailure.self) { try await service.cancel("ftjob-99") }
    }
  }

  @Test func whatOnlyAsksIsTriedAgainEverLater() async throws {
    try await with { service, mock, waits in
      let job = try await job(service)
      let before = await mock.requests
      for (offset, fault) in [MockTuning.Fault.refused(429), .refused(500), .lost, .unanswered].enumerated() {
        await mock.fail(before + 1 + offset, fault)
      }
      #expect(try await service.status(of: job).word == "queued")
      #expect(waits.all == [0.5, 1, 2, 4])
      await mock.fail { _ in .refused(503) }
      await #expect(throws: ModelFailure.self) { try await service.status(of: job) }
      #expect(waits.all.count == 8)
      await mock.fail { _ in .refused(400) }
      let failure = await #expect(throws: ModelFailure.self) { try await service.status(of: job) }
      #expect(failure?.description.contains("It is too much at once.") == true)
      #expect(waits.all.count == 8)
    }
  }

  @Test func whatMakesSomethingIsNeverSentTwice() async throws {
    try await with { service, mock, waits in
      let upload = try file(12)
      await mock.fail(1, .unanswered)
      await #expect(throws: ModelFailure.self) { try await service.upload(upload) }
      #expect(await mock.files.count == 1)
      let id = try #require(try await service.find(upload))
      let request = TuningRequest(label: "a", model: "small", trainingFile: id)
      let next = await mock.requests + 1
      await mock.fail(next, .unanswered)
      await #expect(throws: ModelFailure.self) { try await service.create(request) }
      await mock.fail(next + 1, .refused(500))
      await #expect(throws: ModelFailure.self) { try await service.create(request) }
      #expect(await mock.made.count == 1 && waits.all.isEmpty)
      #expect(try await service.find(label: "a", file: id).map(\.id) == ["ftjob-1"])
    }
  }

  @Test func largeFilesGoUpPieceByPiece() async throws {
    try await with { service, mock, _ in
      let bytes = Data((0..<(9 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })
      _ = try await service.upload(file(bytes, name: "big.jsonl"))
      #expect(await mock.files.first.map { Data($0.bytes) == bytes } == true)
      let missing = TuningFile(path: temporaryPath("none"), name: "n", bytes: 5)
      await #expect(throws: ModelFailure.self) { try await service.upload(missing) }
    }
  }

  @Test func formsAreReadInPieces() async throws {
    let data = Data((0..<(FileForm.piece * 2 + 7)).map { UInt8(truncatingIfNeeded: $0) })
    let upload = try file(data, name: "f.jsonl")
    // What was added to the file since stays out.
    let form = FileForm(fields: [("purpose", "x")], fileName: "f", file: upload.path, bytes: data.count - 1)
    var sizes: [Int] = []
    for try await piece in form { sizes.append(piece.readableBytes) }
    #expect(sizes.reduce(0, +) == form.bytes && sizes.max() == FileForm.piece && sizes.count == 5)
  }

  // MARK: Hostile replies

  /// The service on a server that answers everything in one way.
  private func answered<Result: Sendable>(
    _ reply: LoopbackReply, _ body: @Sendable (OpenAITuningService) async throws -> Result
  ) async throws -> Result {
    try await MockServer.with({ _ in reply }) { server in
      let clients = HTTPModelClients(servers: nil) { _ in nil }
      let spec = ModelSpec(name: "m", api: .endpoint(Endpoint(.chat, baseURLs: [server.url], model: "small")))
      var service = try #require(try clients.tuning(for: spec, workspace: "/") as? OpenAITuningService)
      service.tries = 1
      do {
        let result = try await body(service)
        await clients.shutdown()
        return result
      } catch {
        await clients.shutdown()
        throw error
      }
    }
  }

  private func json(_ text: String) -> LoopbackReply { .response(200, [("content-type", "application/json")], text) }

  @Test func repliesThatAreNoneAreRefused() async throws {
    for text in ["", "<html>", "[]", "{}", #"{"id":7}"#, #"{"id":"../files"}"#, #"{"id":"a b"}"#, #"{"id":""}"#] {
      await #expect(throws: ModelFailure.self, "\(text)") {
        try await answered(json(text)) {
          try await $0.create(TuningRequest(label: "a", model: "m", trainingFile: "f"))
        }
      }
    }
    for text in ["{}", #"{"data":{}}"#, #"{"data":7}"#] {
      await #expect(throws: ModelFailure.self) {
        try await answered(json(text)) { try await $0.events(of: "j", after: nil) }
      }
    }
    for name in ["", "..", "a/b", "a?b", "a b", "é", String(repeating: "x", count: 300)] {
      await #expect(throws: ModelFailure.self) { try await answered(json("{}")) { try await $0.status(of: name) } }
    }
  }

  @Test func oddRepliesAreReadAsFarAsTheyGo() async throws {
    let status = try await answered(
      json(
        #"{"status":["x"],"trained_tokens":-5,"estimated_finish":1e300,"fine_tuned_model":"a\u0007b","error":{"message":null},"#
          + #""method":{"type":"supervised","supervised":{"hyperparameters":{"n_epochs":"auto","batch_size":1e99}}}}"#)
    ) { try await $0.status(of: "j") }
    #expect(status == TuningStatus(word: "unknown"))
    let ended = try await answered(json(#"{"status":"expired","finished_at":17,"error":{"message":"too late"}}"#)) {
      try await $0.status(of: "j")
    }
    #expect(ended == TuningStatus(word: "expired", isOver: true, failure: "too late"))
    let events = try await answered(
      json(
        #"{"data":[7,{},{"id":"b","message":"Step 3/9: training loss=0.5, validation loss=x","created_at":"y"},"#
          + #"{"id":"a","message":"\u001b]0;t\u0007hi","level":null,"data":{"step":-1,"train_loss":"NaN","total_steps":1.5}}],"#
          + #""has_more":true}"#)
    ) { try await $0.events(of: "j", after: nil) }
    // The same page again and again is read once.
    #expect(events.map(\.id) == ["a", "b"])
    #expect(events[0].message == "]0;t hi" && events[0].metrics == TuningMetrics())
    #expect(events[1].metrics == TuningMetrics(step: 3, steps: 9, trainLoss: 0.5))
    let checkpoints = try await answered(
      json(
        #"{"data":[{"step_number":5,"fine_tuned_model_checkpoint":"m:5"},{"step_number":"x"},{"step_number":3,"#
          + #""fine_tuned_model_checkpoint":"m 3"},{"metrics":{"step":2},"fine_tuned_model_checkpoint":"m:2"}]}"#)
    ) { try await $0.checkpoints(of: "j") }
    #expect(checkpoints.map(\.model) == ["m:2", "m:5"])
  }

  @Test func endlessRepliesAreCutOff() async throws {
    let endless = LoopbackReply.response(
      200, [("content-type", "application/json")], "[" + String(repeating: " ", count: 17 << 20) + "]")
    let failure = await #expect(throws: ModelFailure.self) {
      try await answered(endless) { try await $0.status(of: "j") }
    }
    #expect(failure?.kind == "rejected")
  }

  @Test func onlyOpenAIsShapeTunes() throws {
    let clients = HTTPModelClients(servers: nil) { _ in nil }
    let ollama = ModelSpec(name: "o", api: .endpoint(Endpoint(.ollama, baseURLs: ["http://localhost"], model: "x")))
    for spec in [ollama, ModelSpec(name: "l", api: .mlx(path: "model"))] {
      #expect(throws: ModelFailure.self) { try clients.tuning(for: spec, workspace: "/") }
    }
  }

  @Test func anAdapterIsAModelOfItsOwnAtAnEndpoint() async throws {
    try await MockServer.with({ chat($0.json?["model"]?.string ?? "") }) { server in
      let clients = HTTPModelClients(servers: nil) { _ in nil }
      let spec = ModelSpec(name: "m", api: .endpoint(Endpoint(.chat, baseURLs: [server.url], model: "small")))
      for (adapter, model) in [("ft:small:a::1", "ft:small:a::1"), (nil, "small")] {
        let client = try clients.client(for: spec, adapter: adapter, workspace: "/")
        let request = ModelRequest(
          caseID: "1", messages: [ChatMessage(role: .user, content: "q")], sampling: Sampling())
        #expect(try await client.answer(request, onText: nil).text == model)
      }
      await clients.shutdown()
    }
  }
}
