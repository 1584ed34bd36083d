import Content
import Foundation
import Grading

/// Reads and writes the workspace's files, so that `git diff` and any editor see what Assay sees.
package protocol WorkspaceFiles: Sendable {
  /// Reads everything. What can't be read becomes a problem in the result.
  /// - Throws: `Problem` only when there is no workspace to speak of.
  func read() async throws -> Workspace
  /// Writes one section's file whole, front matter included; makes it when it doesn't exist.
  func write(_ section: Section, of prompt: Prompt) async throws
  /// Deletes one section's file.
  func delete(_ section: Section, of prompt: Prompt) async throws
  /// Gives sections' files other names and leaves what they say as it is; none is overwritten.
  func rename(_ renames: [SectionOrder.Rename], of prompt: Prompt) async throws
  /// Texts that are kept although no file of the workspace has them.
  func drafts() async -> [DraftPath: KeptDraft]
  /// Keeps such a text, atomically; takes it away where it is nil.
  func keep(_ text: String?, as draft: DraftPath) async throws
  /// Changes one line of an eval set's file and leaves every other byte as it was.
  func apply(_ edit: CaseEdit, to set: EvalSet) async throws
  /// The cases of an eval set's file that need not be registered; none where there is no file.
  /// - Throws: `Problem`.
  func cases(at path: String) async throws -> [EvalCase]
  /// Adds lines to eval sets' files and registers the sets that are new; all or nothing as far as can be seen before.
  /// - Throws: `Problem`.
  func append(_ additions: [CaseAddition]) async throws
  /// Writes a variant's file, `variants/NAME.yaml`.
  /// - Throws: `Problem`, also where there is a variant of that name.
  func add(_ variant: Variant) async throws
  /// Writes which sections a variant sends to where the variant stands, and changes nothing else there.
  /// - Throws: `Problem`.
  func set(_ choice: SectionChoice, of variant: Variant) async throws
  /// Writes facts under `facts` in `assay.yaml` and leaves every other byte as it was.
  /// - Throws: `Problem` with the line to write, where that can't be done for certain.
  func state(_ facts: [FactStatement]) async throws
  /// The rows of a training file.
  /// - Throws: `Problem` with the line of the first bad row.
  func trainingRows(at path: String) async throws -> [TrainingRow]
  /// Writes a training file whole, atomically; `path` is relative to the workspace.
  func write(_ rows: [TrainingRow], to path: String) async throws
  /// The text of a small file of the workspace; nil where there is none.
  /// - Throws: `Problem`.
  func text(of path: String) async throws -> String?
  /// Writes a small file of the workspace whole, atomically.
  /// - Throws: `Problem`.
  func write(text: String, to path: String) async throws
  /// Writes rows in the form of another tool into a folder, given in full; what is there under the same names is replaced.
  /// - Parameter name: what the tool is to call them, where it has names.
  func export(
    _ parts: [ExportPart], as format: TrainingFormat, named name: String, to folder: String
  ) async throws -> ExportReport
  /// Hash of a file's or folder's content, relative to the workspace; nil when there is none. Remembers by size and time.
  func fingerprint(of path: String) async -> ContentHash?
  /// Yields after something under the workspace was changed by anybody; never wakes up otherwise.
  func changes() -> AsyncStream<Void>
}

/// A change of one line of an eval set's file.
package enum CaseEdit: Sendable, Hashable {
  /// Replaces the line of the case called `id`.
  case replace(id: String, EvalCase)
  /// Adds a line after the case called `after`, or at the end.
  case insert(EvalCase, after: String?)
  /// Removes the line.
  case delete(id: String)
}

/// What a new run needs.
package struct RunDraft: Sendable {
  /// What decides its answers and their judgement.
  package var identity: ContentHash
  /// The same without repeats and sample numbers.
  package var base: ContentHash
  /// How many answers each case gets.
  package var repeats: Int
  /// The sample number of its first answers.
  package var firstSample: Int
  /// The variant.
  package var variant: Variant
  /// What will be sent.
  package var version: PromptVersion
  /// The eval set's name.
  package var set: String
  /// The eval set's hash.
  package var setHash: ContentHash
  /// How many cases.
  package var cases: Int
  /// When.
  package var started: Date
  /// Makes a draft.
  package init(
    identity: ContentHash, base: ContentHash? = nil, repeats: Int = 1, firstSample: Int = 0, variant: Variant,
    version: PromptVersion, set: String, setHash: ContentHash, cases: Int, started: Date
  ) {
    self.identity = identity
    self.base = base ?? identity
    self.repeats = repeats
    self.firstSample = firstSample
    self.variant = variant
    self.version = version
    self.set = set
    self.setHash = setHash
    self.cases = cases
    self.started = started
  }
}

/// What a new job needs.
package struct JobDraft: Sendable, Hashable {
  /// What does the work.
  package var backend: String
  /// The model's name.
  package var base: String
  /// Where the rows come from, in words.
  package var data: String
  /// How to tune.
  package var settings: TrainingSettings
  /// When it was asked for.
  package var created: Date
  /// The sweep it is a part of.
  package var sweep: String?
  /// Makes a draft.
  package init(
    backend: String, base: String, data: String, settings: TrainingSettings, created: Date, sweep: String? = nil
  ) {
    self.sweep = sweep
    self.backend = backend
    self.base = base
    self.data = data
    self.settings = settings
    self.created = created
  }
}

/// A version with when it was first used.
package struct StoredVersion: Sendable, Hashable, Identifiable {
  /// The version.
  package var version: PromptVersion
  /// When a run first used it.
  package var created: Date
  /// Same as the version's.
  package var id: ContentHash { version.hash }
  /// Makes one.
  package init(version: PromptVersion, created: Date) {
    self.version = version
    self.created = created
  }
}

/// Asks one model.
package protocol ModelClient: Sendable {
  /// Makes the model ready to answer: starts the local engine, reads the recorded file. May take long; is called before
  /// the first request of a run, and again after `ModelFailure.unavailable`.
  /// - Throws: `ModelFailure`.
  func prepare() async throws
  /// Asks once, without retrying.
  /// - Parameter onText: receives the answer's text piece by piece where the model streams.
  /// - Throws: `ModelFailure`, or `CancellationError`.
  func answer(_ request: ModelRequest, onText: (@Sendable (String) -> Void)?) async throws -> Answer
  /// Exact token counts by the model's own tokenizer; nil where it can't be asked without cost.
  func tokenCounts(of texts: [String]) async -> [Int]?
  /// Seconds for which the model wants no request, as far as its last answers told; nil when it takes some.
  func quietSeconds() -> Double?
  /// Whether its server takes the limit on tokens as `max_completion_tokens`, as far as its refusals have taught.
  var usesMaxCompletionTokens: Bool { get }
  /// Finds out what the model can do, with a few small requests.
  /// - Throws: `ModelFailure` when it doesn't even answer one, or `CancellationError`.
  func probe() async throws -> ModelProbe
  /// Its second way in, for many requests at once; nil where it has none.
  var batches: (any BatchService)? { get }
}

extension ModelClient {
  /// Takes it as `max_tokens`, or by a name of its own.
  package var usesMaxCompletionTokens: Bool { false }
  /// Takes requests at any time.
  package func quietSeconds() -> Double? { nil }
  /// Asks for one token, three times.
  package func probe() async throws -> ModelProbe {
    try await prepare()
    let request = ModelRequest(
      caseID: "", messages: [ChatMessage(role: .user, content: "Say yes.")], sampling: Sampling(maxTokens: 1))
    var latency = Double.infinity
    for _ in 0..<3 { latency = min(latency, try await answer(request, onText: nil).latency) }
    return ModelProbe(time: Date(), latency: latency)
  }
  /// Has no other way in.
  package var batches: (any BatchService)? { nil }
}

/// Takes many requests at once, answers them when it likes, within a day, and bills less for it (OpenAI's Batch API).
/// Whatever was submitted lives at the provider: any process can find it again by its label.
package protocol BatchService: Sendable {
  /// How many of the requests, from the first, go into one batch together; at least one.
  /// - Throws: `ModelFailure.rejected` when the first alone is too large.
  func fitting(_ requests: ArraySlice<BatchRequest>) throws -> Int
  /// Sends requests up; their ids are unique among them. Costs nothing, and nothing works on them yet.
  /// - Returns: the provider's name for the file.
  /// - Throws: `ModelFailure`.
  func upload(_ requests: ArraySlice<BatchRequest>) async throws -> String
  /// Has the provider begin to work on a file, which costs money.
  /// - Parameter label: what `find` will know the batch by; at most 512 characters.
  /// - Returns: the provider's name for the batch.
  /// - Throws: `ModelFailure`: only after `.rejected` it is certain that there is no batch.
  func begin(file: String, label: String) async throws -> String
  /// The newest batch with this label, or of this file, that isn't cancelled or failed as a whole.
  func find(label: String, file: String?) async throws -> String?
  /// For how many seconds a batch that was asked for, and of which nothing was heard, may still turn up.
  var settling: Double { get }
  /// Where a batch stands.
  func status(of batch: String) async throws -> BatchStatus
  /// What a batch that is over has answered, by request id and in any order; requests that it never got to are missing.
  func answers(of batch: String) async throws -> [(id: String, answer: Result<Answer, ModelFailure>)]
  /// Asks the provider to stop; what is answered by then stays.
  func cancel(_ batch: String) async throws
  /// The most requests in one batch.
  var largest: Int { get }
  /// The price of a token in a batch, as a share of its usual price.
  var priceShare: Double { get }
}

/// One request of a batch, and what its answer will be known by.
package typealias BatchRequest = (id: String, request: ModelRequest)

/// Where a batch stands.
package struct BatchStatus: Sendable, Hashable {
  /// The provider's word, for example `in_progress`.
  package var word: String
  /// Whether nothing more will come.
  package var isOver: Bool
  /// Why it failed as a whole, where it did.
  package var failure: String?
  /// Requests in it, where known.
  package var total: Int
  /// Requests answered.
  package var completed: Int
  /// Requests that failed.
  package var failed: Int
  /// Makes a status.
  package init(word: String, isOver: Bool, failure: String? = nil, total: Int = 0, completed: Int = 0, failed: Int = 0)
  {
    self.word = word
    self.isOver = isOver
    self.failure = failure
    self.total = total
    self.completed = completed
    self.failed = failed
  }
}

/// Makes clients; the same arguments give clients that share connections and engine processes.
package protocol ModelClients: Sendable {
  /// A client for a model, perhaps with an adapter: a folder relative to the workspace, or what the tuned model is called
  /// at the model's endpoint.
  func client(for model: ModelSpec, adapter: String?, workspace: String) throws -> any ModelClient
  /// A client of a program that grades answers.
  func grader(_ program: GraderProgram, workspace: String) throws -> any GraderClient
}

extension ModelClients {
  /// Runs none.
  package func grader(_ program: GraderProgram, workspace: String) throws -> any GraderClient {
    throw ModelFailure.rejected("The program \(program.words.first ?? "") isn't run here.")
  }
}

/// Asks one program that grades answers. The program runs for as long as a client for it exists.
package protocol GraderClient: Sendable {
  /// Starts the program unless it runs.
  /// - Throws: `ModelFailure.rejected` when it can't be started.
  func prepare() async throws
  /// What the program replies to a line.
  /// - Throws: `ModelFailure`, or `CancellationError`.
  func reply(to line: JSONObject) async throws -> JSONValue
}

/// Starts engines on this machine, and shares them between everybody who asks for the same model.
package protocol ModelServers: Sendable {
  /// A server that answers for this model, started if need be and known to be healthy. May take long.
  /// - Parameter model: an absolute path of a folder, or a hub id.
  /// - Parameter adapter: an absolute path of a folder.
  /// - Throws: `ModelFailure.unavailable` or `.rejected`, with a sentence that says what to do.
  func serve(model: String, adapter: String?) async throws -> ServedModel
}

/// A running engine.
package struct ServedModel: Sendable {
  /// Up to and including the version, for example `http://127.0.0.1:40123/v1`.
  package var baseURL: String
  /// Keeps the engine alive; it may go once nobody holds one.
  package var lease: any Sendable
  /// What every request carries as its key; nil where the engine asks for none.
  package var secret: String?
  /// Whether it is still the engine that answers at the address. Asked before anything is sent there: when an engine dies,
  /// another user's program may take its port.
  package var isItself: @Sendable () async -> Bool
  /// Makes one.
  package init(
    baseURL: String, lease: any Sendable, secret: String? = nil,
    isItself: @escaping @Sendable () async -> Bool = { true }
  ) {
    self.baseURL = baseURL
    self.lease = lease
    self.secret = secret
    self.isItself = isItself
  }
}

/// One question to a model.
package struct ModelRequest: Sendable, Hashable {
  /// The case it is asked for: what a recorded file is looked up by.
  package var caseID: String
  /// The conversation.
  package var messages: [ChatMessage]
  /// The tools that the model may call, a list in OpenAI's form; nil for none.
  package var tools: JSONValue?
  /// How the next token is chosen.
  package var sampling: Sampling
  /// Makes a request.
  package init(caseID: String, messages: [ChatMessage], tools: JSONValue? = nil, sampling: Sampling) {
    self.caseID = caseID
    self.messages = messages
    self.tools = tools
    self.sampling = sampling
  }
}

/// Why a model gave no answer. The text is a sentence that says what to do next.
package enum ModelFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// Too many requests; try again after so many seconds, where the server says.
  case busy(String, retryAfter: Double?)
  /// A quota of a day or longer is used up, or the account has no credit left: nothing is answered until the quota begins
  /// anew, after so many seconds where the server says, or somebody pays. It isn't certain where the server has the same
  /// words for a quota of a minute.
  case exhausted(String, resetAfter: Double?, isCertain: Bool = true)
  /// Not there, or broken for now: connection refused or lost, 5xx, time out. Worth another try.
  case unavailable(String)
  /// The same request would fail again: 4xx, no key, a recorded file without this case.
  case rejected(String)
  /// A content filter refused the request: the same request would be refused again.
  case filtered(String)
  /// What came back can't be read; a gateway on the way may have put something else in its place.
  case malformed(String)

  /// The sentence.
  package var description: String {
    switch self {
    case .busy(let text, _), .exhausted(let text, _, _), .unavailable(let text), .rejected(let text),
      .filtered(let text), .malformed(let text):
      text
    }
  }

  /// Whether asking again before long would bring the same.
  package var isRefusal: Bool {
    switch self {
    case .rejected, .filtered, .exhausted(_, _, isCertain: true): true
    case .busy, .exhausted, .unavailable, .malformed: false
    }
  }

  /// Whether the server takes no request for now, and is there.
  package var isOfRate: Bool {
    switch self {
    case .busy, .exhausted: true
    case .unavailable, .rejected, .filtered, .malformed: false
    }
  }
}
