import Content
import Domain
import Grading
import Synchronization

/// Where the graders of one piece of work ask programs and judges. Programs run for as long as it lives.
final class GradingDesk: OutsideGrading, Sendable {
  /// A judge whose models can be asked.
  struct ReadyJudge: Sendable {
    /// What it is.
    var judge: Judge
    /// Its models.
    var seats: [JudgeRequests.Seat]
    /// How their replies are sampled.
    var sampling: Sampling
  }

  private let clients: any ModelClients
  private let folder: String
  private let judges: [String: ReadyJudge]
  /// What asks the judges' models; nil where there is none.
  let requests: JudgeRequests?
  /// What judges and answers may cost together.
  let budget: JudgeBudget
  private let programs = Mutex<[GraderProgram: any GraderClient]>([:])

  /// A desk for a workspace's graders.
  init(
    _ clients: any ModelClients, folder: String, judges: [String: ReadyJudge] = [:], requests: JudgeRequests? = nil,
    budget: JudgeBudget = JudgeBudget()
  ) {
    self.clients = clients
    self.folder = folder
    self.judges = judges
    self.requests = requests
    self.budget = budget
  }

  /// Makes programs and judges ready, so that what can't be asked is known before a model is.
  /// - Throws: `WorkbenchError.input` with a sentence, or what the gate throws.
  func prepare(for set: EvalSet) async throws {
    for grader in set.allGraders {
      do {
        if let program = grader.program { try await client(of: program).prepare() }
        for seat in grader.judge.flatMap({ judges[$0]?.seats }) ?? [] { try await seat.client.prepare() }
      } catch let failure as ModelFailure {
        guard case .rejected = failure else { throw failure }
        throw WorkbenchError.input("The grader \(grader.name) can't judge: \(failure)")
      }
    }
  }

  private func client(of program: GraderProgram) throws -> any GraderClient {
    if let client = programs.withLock({ $0[program] }) { return client }
    let client = try clients.grader(program, workspace: folder)
    return programs.withLock { programs in
      let kept = programs[program] ?? client
      programs[program] = kept
      return kept
    }
  }

  /// What a program replies to a line.
  func reply(of program: GraderProgram, to line: JSONObject) async throws(Unscorable) -> JSONValue {
    do { return try await client(of: program).reply(to: line) } catch is CancellationError {
      throw Unscorable("grading was cancelled")
    } catch { throw Unscorable(error.asReason) }
  }

  /// What a judge finds of an answer.
  func finding(of name: String, on question: JudgeQuestion) async throws(Unscorable) -> JudgeFinding {
    guard let ready = judges[name] else { throw Unscorable("the judge \(name) isn't asked here") }
    let messages = try ready.judge.messages(for: question)
    return try ready.judge.finding(
      of: try await replies(of: ready, to: messages, scale: ready.judge.scale, caseID: question.caseID))
  }

  /// What a judge's models reply, all votes.
  /// - Throws: ``Unscorable`` when a request has no reply.
  func replies(
    of ready: ReadyJudge, to messages: Judge.Messages, scale: JudgeScale, caseID: String
  ) async throws(Unscorable) -> [JudgeReply] {
    guard let requests else { throw Unscorable("the judge \(ready.judge.name) isn't asked here") }
    let request = ModelRequest(caseID: caseID, messages: messages.chat, sampling: ready.sampling)
    let votes = ready.seats.flatMap { seat in (0..<ready.judge.votes).map { (seat, $0) } }
    let name = ready.judge.name
    let replies = await withTaskGroup(of: (Int, Result<JudgeReply, Unscorable>).self) { group in
      for (place, (seat, sample)) in votes.enumerated() {
        group.addTask {
          do {
            let answer = try await requests.reply(to: request, sample: sample, from: seat, for: name)
            return (place, .success(Self.reading(answer, of: seat, by: scale)))
          } catch is CancellationError {
            return (place, .failure(Unscorable("grading was cancelled")))
          } catch {
            return (place, .failure(Unscorable("the judge \(name) gave no reply: \(error.asReason)")))
          }
        }
      }
      var replies: [(Int, Result<JudgeReply, Unscorable>)] = []
      for await reply in group { replies.append(reply) }
      return replies.sorted { $0.0 < $1.0 }.map(\.1)
    }
    var read: [JudgeReply] = []
    for reply in replies { read.append(try reply.get()) }
    return read
  }

  private static func reading(_ answer: Answer, of seat: JudgeRequests.Seat, by scale: JudgeScale) -> JudgeReply {
    var reply =
      NoAnswer(answer) == nil
      ? scale.reading(answer.text, from: seat.model.name) : JudgeReply(model: seat.model.name, raw: answer.text)
    reply.cost = seat.model.price?.cost(of: answer.usage)
    return reply
  }
}

extension Error {
  /// What went wrong as a reason of a score: a sentence without a full stop.
  var asReason: String {
    let text = String(describing: self)
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }
}
