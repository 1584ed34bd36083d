import Content
import Domain
import Grading
import Synchronization
import Testing

@testable import WorkbenchCore

/// Runs whose graders are programs.
@Suite struct ProgramGradingTests {
  /// A program that replies what it is told to.
  final class FakeGrader: GraderClient {
    private let play: @Sendable (JSONObject, Int) async throws -> JSONValue
    private let count = Mutex(0)
    var asked: Int { count.withLock { $0 } }

    init(_ play: @escaping @Sendable (JSONObject, Int) async throws -> JSONValue) { self.play = play }
    func prepare() async throws {}
    func reply(to line: JSONObject) async throws -> JSONValue {
      let number = count.withLock { count in
        count += 1
        return count
      }
      return try await play(line, number)
    }
  }

  /// A model's clients with a program beside them.
  struct Clients: ModelClients {
    var model: FakeModel
    var program: FakeGrader
    func client(for model: ModelSpec, adapter: String?, workspace: String) throws -> any ModelClient { self.model }
    func grader(_ program: GraderProgram, workspace: String) throws -> any GraderClient { self.program }
  }

  static func workbench(_ model: FakeModel, _ program: FakeGrader) async throws -> Workbench {
    var workspace = sampleWorkspace()
    let graders = GraderSet([try Grader(spec: ["type": "command", "command": ["python3", "grade.py"]])])
    workspace.evalSets = workspace.evalSets.map { set in
      EvalSet(name: set.name, path: set.path, cases: set.cases, graders: graders, hash: set.hash)
    }
    return try await Workbench(
      Workbench.Dependencies(
        files: FakeFiles(workspace), store: FakeStore(), clients: Clients(model: model, program: program),
        trainer: FakeTrainer()))
  }

  @Test func answersAreGradedByTheProgram() async throws {
    let model = FakeModel { request, _ in Answer(text: request.messages.last?.content ?? "") }
    let program = FakeGrader { line, _ in
      ["passed": .bool(line["case"] == "c1"), "reason": .string("case \(line["case"]?.string ?? "")")]
    }
    let workbench = try await Self.workbench(model, program)
    let run = try await workbench.evaluate(EvaluateRequest(variant: "base"), consent: .notAsked)
    #expect(run.state == .finished && run.summary.passed == 1 && run.summary.unscored == 0)
    #expect(program.asked == 4)
    let outputs = try await workbench.outputs(ofRun: String(run.id.number), set: nil).outputs
    #expect(outputs[0].scores.first?.reason == "case c1")
    _ = try await workbench.evaluate(EvaluateRequest(variant: "base"), consent: .notAsked)
    #expect(model.asked == 4 && program.asked == 4, "what is graded is graded")
  }

  @Test func whatItCouldNotScoreIsGradedAgainWithoutAskingTheModel() async throws {
    let model = FakeModel { request, _ in Answer(text: request.messages.last?.content ?? "") }
    let program = FakeGrader { line, number in
      if number <= 4, line["case"] != "c2" { throw ModelFailure.unavailable("the program ended.") }
      return ["passed": true]
    }
    let workbench = try await Self.workbench(model, program)
    let first = try await workbench.evaluate(EvaluateRequest(variant: "base"), consent: .notAsked)
    #expect(first.summary.unscored == 3 && first.summary.passed == 1 && first.summary.errors == 0)
    #expect(try await workbench.unscoredReasons(of: first.id).first?.reason == "the program ended")
    let second = try await workbench.evaluate(EvaluateRequest(variant: "base"), consent: .notAsked)
    #expect(second.id == first.id && second.summary.passed == 4 && second.summary.unscored == 0)
    #expect(model.asked == 4 && program.asked == 7)
  }

  @Test func aRunThatIsInterruptedWhileAProgramThinksKeepsItsAnswers() async throws {
    let model = FakeModel { request, _ in Answer(text: request.messages.last?.content ?? "") }
    let (thinking, think) = AsyncStream.makeStream(of: Void.self)
    let isSlow = Mutex(true)
    let program = FakeGrader { _, _ in
      if isSlow.withLock({ $0 }) {
        think.yield()
        try await Task.sleep(for: .seconds(3600))
      }
      return ["passed": true]
    }
    let workbench = try await Self.workbench(model, program)
    let work = Task { try await workbench.evaluate(EvaluateRequest(variant: "base"), consent: .notAsked) }
    for await _ in thinking.prefix(4) {}
    work.cancel()
    await #expect(throws: CancellationError.self) { try await work.value }
    isSlow.withLock { $0 = false }
    let run = try await workbench.evaluate(EvaluateRequest(variant: "base"), consent: .notAsked)
    #expect(run.summary.passed == 4 && model.asked == 4, "no answer was asked for twice")
  }
}
