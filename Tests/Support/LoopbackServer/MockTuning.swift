import Content
import Foundation

/// A mock of OpenAI's fine-tuning API: takes files, makes jobs of them, and has these go their way, a step each time they
/// are looked at.
package actor MockTuning {
  /// How jobs go.
  package struct Course: Sendable {
    /// The words that a job is seen with, look after look, before it ends.
    package var words = ["validating_files", "queued", "running", "running", "running"]
    /// The word it ends with.
    package var ending = "succeeded"
    /// Why it fails, where it does.
    package var failure = "The job failed due to an unsafe training file."
    /// Steps of training, spread over the looks at a running job.
    package var steps = 6
    /// The most entries on one page of a list.
    package var page = 100
    /// Whether jobs keep the label they are made with.
    package var keepsMetadata = true
    /// Whether files and jobs can be listed.
    package var hasLists = true
    /// Whether numbers stand beside an event's sentence, or in it alone.
    package var hasMetrics = true
    /// Makes the usual course.
    package init() {}
  }

  /// What goes wrong with one request.
  package enum Fault: Sendable, Hashable {
    /// It is answered with this status instead of being carried out.
    case refused(Int)
    /// The connection breaks before it is carried out.
    case lost
    /// It is carried out, and the connection breaks before the answer.
    case unanswered
  }

  private struct Job {
    var json: JSONObject
    var looks = 0
    var rows: Int
    var steps = 0
    var events: [JSONValue] = []
    var isPaused = false
  }

  private let course: Course
  private var stored: [(id: String, name: String, bytes: [UInt8])] = []
  private var jobs: [(id: String, job: Job)] = []
  private var faults: [Int: Fault] = [:]
  private var always: (@Sendable (Int) -> Fault?)?
  private var count = 0
  private var clock = 1_700_000_000
  /// What was asked, in order: the method and the address.
  package private(set) var log: [String] = []

  /// Makes a mock without files.
  package init(course: Course = Course()) { self.course = course }

  /// The files that were uploaded.
  package var files: [(id: String, name: String, bytes: [UInt8])] { stored }
  /// The jobs that were made, as the API shows them.
  package var made: [JSONValue] { jobs.map { .object($0.job.json) } }
  /// How many requests have come.
  package var requests: Int { count }

  /// Has a request fail; they are counted from 1.
  package func fail(_ request: Int, _ fault: Fault) { faults[request] = fault }
  /// Decides for each request whether it fails.
  package func fail(_ decide: @escaping @Sendable (Int) -> Fault?) { always = decide }

  /// The reply to a request for a file or a job; nil when it is for something else.
  package func reply(to request: LoopbackRequest) async -> LoopbackReply? {
    let address = request.path.split(separator: "?", maxSplits: 1)
    let steps = address[0].split(separator: "/").map(String.init)
    guard let place = steps.firstIndex(where: { $0 == "files" || $0 == "fine_tuning" }) else { return nil }
    let rest = Array(steps[(place + 1)...])
    let query = address.count > 1 ? String(address[1]) : ""
    if steps[place] == "files", !concerns(request, rest, query) { return nil }
    count += 1
    log.append("\(request.method) /\(steps[place...].joined(separator: "/"))")
    let fault = faults.removeValue(forKey: count) ?? always?(count)
    switch fault {
    case .refused(let status): return Self.error(status, "It is too much at once.")
    case .lost: return LoopbackReply([.reset])
    case .unanswered, nil: break
    }
    let reply = answer(request, steps[place], rest, query)
    return fault == .unanswered ? LoopbackReply([.reset]) : reply
  }

  /// Whether a request for files is for tuning, not for batches.
  private func concerns(_ request: LoopbackRequest, _ rest: [String], _ query: String) -> Bool {
    if request.method == "POST" { return MockForm(request)?.fields["purpose"] == "fine-tune" }
    return rest.isEmpty ? query.contains("purpose=fine-tune") : stored.contains { $0.id == rest[0] }
  }

  private func answer(_ request: LoopbackRequest, _ kind: String, _ rest: [String], _ query: String) -> LoopbackReply {
    switch (request.method, kind, rest.count) {
    case ("POST", "files", 0): return upload(request)
    case ("GET", "files", 0):
      return list(stored.reversed().map { file($0) }, query)
    case ("POST", "fine_tuning", 1): return make(request)
    case ("GET", "fine_tuning", 1): return list(jobs.reversed().map { .object($0.job.json) }, query)
    case (_, "fine_tuning", 2...3):
      guard let place = jobs.firstIndex(where: { $0.id == rest[1] }) else {
        return Self.error(404, "There is no job \(rest[1]).")
      }
      switch (request.method, rest.dropFirst(2).first) {
      case ("GET", nil):
        look(place)
        return Self.json(.object(jobs[place].job.json))
      case ("GET", "events"): return list(jobs[place].job.events.reversed(), query, needsLists: false)
      case ("GET", "checkpoints"): return list(checkpoints(place), query, needsLists: false)
      case ("POST", "cancel"), ("POST", "pause"), ("POST", "resume"): return act(rest[2], place)
      default: return Self.error(404, "There is no such address.")
      }
    default: return Self.error(404, "There is no such address.")
    }
  }

  // MARK: Files

  private func upload(_ request: LoopbackRequest) -> LoopbackReply {
    guard let form = MockForm(request) else { return Self.error(400, "The form can't be read.") }
    stored.append(("file-ft-\(stored.count + 1)", form.fileName, form.file))
    return Self.json(file(stored[stored.count - 1]))
  }

  private func file(_ file: (id: String, name: String, bytes: [UInt8])) -> JSONValue {
    [
      "id": JSONValue(file.id), "object": "file", "bytes": JSONValue(file.bytes.count),
      "filename": JSONValue(file.name),
      "purpose": "fine-tune", "status": "processed",
    ]
  }

  // MARK: Jobs

  private func make(_ request: LoopbackRequest) -> LoopbackReply {
    guard let body = request.json, let model = body["model"]?.string,
      let training = stored.first(where: { $0.id == body["training_file"]?.string })
    else { return Self.error(400, "The training file does not exist.") }
    let validation = body["validation_file"]?.string
    guard validation == nil || stored.contains(where: { $0.id == validation }) else {
      return Self.error(400, "The validation file does not exist.")
    }
    let method = body["method"]?["type"]?.string ?? "supervised"
    let rows = training.bytes.split(separator: 0x0A).map { try? JSONValue(parsing: $0) }
    let id = "ftjob-\(jobs.count + 1)"
    var hyperparameters = body["method"]?[method]?["hyperparameters"]?.object ?? [:]
    for name in ["n_epochs", "batch_size", "learning_rate_multiplier"] {
      hyperparameters[name] = hyperparameters[name] ?? "auto"
    }
    let json: JSONObject = [
      "object": "fine_tuning.job", "id": JSONValue(id), "model": JSONValue(model), "created_at": JSONValue(tick()),
      "finished_at": .null, "fine_tuned_model": .null, "status": "validating_files",
      "training_file": JSONValue(training.id), "validation_file": validation.map { JSONValue($0) } ?? .null,
      "trained_tokens": .null, "error": [:], "result_files": [], "estimated_finish": .null,
      "seed": body["seed"] ?? 42, "user_provided_suffix": body["suffix"] ?? .null,
      "method": ["type": JSONValue(method), method: ["hyperparameters": .object(hyperparameters)]],
      "metadata": course.keepsMetadata ? body["metadata"] ?? .null : .null,
    ]
    jobs.append((id, Job(json: json, rows: rows.count)))
    let place = jobs.count - 1
    say(place, "Created fine-tuning job: \(id)")
    say(place, "Validating training file: \(training.id)")
    if rows.count < 10 {
      end(place, "failed", "Training file has \(rows.count) example(s), but must have at least 10 examples")
    } else if let bad = rows.firstIndex(where: { !Self.isRow($0, of: method) }) {
      end(place, "failed", "Training file has 1 bad example, at line \(bad + 1)")
    }
    return Self.json(.object(jobs[place].job.json))
  }

  /// Whether a row has the form that its method wants.
  private static func isRow(_ row: JSONValue?, of method: String) -> Bool {
    if method == "dpo" {
      return [row?["preferred_output"], row?["non_preferred_output"]].allSatisfy {
        $0?.array?.count == 1 && $0?[0]?["role"] == "assistant" && $0?[0]?["content"]?.string?.isEmpty == false
      } && row?["input"]?["messages"]?.array?.isEmpty == false
    }
    return row?["messages"]?.array?.last?["role"] == "assistant"
  }

  /// A job goes on by one step of its course.
  private func look(_ place: Int) {
    guard jobs[place].job.json["finished_at"] == .null, !jobs[place].job.isPaused else { return }
    let looks = jobs[place].job.looks
    jobs[place].job.looks += 1
    guard looks < course.words.count else { return end(place, course.ending, course.failure) }
    let word = course.words[looks]
    let before = jobs[place].job.json["status"]?.string
    jobs[place].job.json["status"] = JSONValue(word)
    if word == "queued", before != word { say(place, "Files validated, moving job to queued state") }
    guard word == "running" else { return }
    if before != word {
      say(place, "Fine-tuning job started")
      jobs[place].job.json["estimated_finish"] = JSONValue(clock + 600)
      let method = jobs[place].job.json["method"]?["type"]?.string ?? "supervised"
      jobs[place].job.json["method"] = [
        "type": JSONValue(method),
        method: ["hyperparameters": ["n_epochs": 2, "batch_size": 4, "learning_rate_multiplier": 1.5]],
      ]
    }
    let running = max(1, course.words.count { $0 == "running" })
    train(place, to: min(course.steps, jobs[place].job.steps + (course.steps + running - 1) / running))
  }

  private func train(_ place: Int, to last: Int) {
    while jobs[place].job.steps < last {
      jobs[place].job.steps += 1
      let step = jobs[place].job.steps
      let loss = 2.0 / Double(step)
      var text = "Step \(step)/\(course.steps): training loss=\(loss)"
      var data: JSONObject = [
        "step": JSONValue(step), "train_loss": JSONValue(loss), "total_steps": JSONValue(course.steps),
        "train_mean_token_accuracy": 0.5,
      ]
      if step % 2 == 0 {
        text += ", validation loss=\(loss + 0.25)"
        data["valid_loss"] = JSONValue(loss + 0.25)
      }
      say(place, text, course.hasMetrics ? .object(data) : .null, "metrics")
    }
  }

  private func end(_ place: Int, _ word: String, _ reason: String) {
    jobs[place].job.json["status"] = JSONValue(word)
    jobs[place].job.json["finished_at"] = JSONValue(tick())
    jobs[place].job.json["estimated_finish"] = .null
    switch word {
    case "failed":
      jobs[place].job.json["error"] = ["code": "invalid_file", "message": JSONValue(reason), "param": .null]
      say(place, "The job failed. \(reason)", level: "error")
    case "cancelled": say(place, "The job has been cancelled")
    default:
      train(place, to: course.steps)
      let job = jobs[place].job.json
      let suffix = job["user_provided_suffix"]?.string ?? ""
      let model = "ft:\(job["model"]?.string ?? ""):mock:\(suffix):\(jobs[place].id)"
      jobs[place].job.json["fine_tuned_model"] = JSONValue(model)
      jobs[place].job.json["trained_tokens"] = JSONValue(jobs[place].job.rows * 100)
      say(place, "New fine-tuned model created: \(model)")
      say(place, "The job has successfully completed")
    }
  }

  private func act(_ verb: String, _ place: Int) -> LoopbackReply {
    guard jobs[place].job.json["finished_at"] == .null else {
      return Self.error(400, "Job has already completed: \(jobs[place].id)")
    }
    switch verb {
    case "cancel": end(place, "cancelled", "")
    case "pause":
      jobs[place].job.isPaused = true
      jobs[place].job.json["status"] = "paused"
      say(place, "Job paused")
    default:
      jobs[place].job.isPaused = false
      jobs[place].job.json["status"] = "queued"
      say(place, "Job resumed")
    }
    return Self.json(.object(jobs[place].job.json))
  }

  /// A state every third step, the newest first; the last one is the model itself.
  private func checkpoints(_ place: Int) -> [JSONValue] {
    let job = jobs[place].job
    let model = job.json["fine_tuned_model"]?.string
    let base =
      "ft:\(job.json["model"]?.string ?? ""):mock:\(job.json["user_provided_suffix"]?.string ?? ""):\(jobs[place].id)"
    return stride(from: 3, through: job.steps, by: 3).reversed().map { step in
      let isLast = step == course.steps
      return [
        "object": "fine_tuning.job.checkpoint", "id": JSONValue("ftckpt-\(step)"), "step_number": JSONValue(step),
        "fine_tuned_model_checkpoint": JSONValue(isLast ? model ?? base : "\(base):ckpt-step-\(step)"),
        "fine_tuning_job_id": JSONValue(jobs[place].id),
        "metrics": ["step": JSONValue(step), "full_valid_loss": JSONValue(2.0 / Double(step) + 0.125)],
      ]
    }
  }

  private func say(
    _ place: Int, _ message: String, _ data: JSONValue = .null, _ type: String = "message", level: String = "info"
  ) {
    jobs[place].job.events.append([
      "object": "fine_tuning.job.event", "id": JSONValue("ftevent-\(place)-\(jobs[place].job.events.count)"),
      "created_at": JSONValue(tick()), "level": JSONValue(level), "message": JSONValue(message),
      "type": JSONValue(type),
      "data": data,
    ])
  }

  // MARK: Replies

  private func tick() -> Int {
    clock += 1
    return clock
  }

  private func list(_ newest: [JSONValue], _ query: String, needsLists: Bool = true) -> LoopbackReply {
    guard course.hasLists || !needsLists else { return Self.error(404, "There is no such address.") }
    var rest = newest[...]
    var limit = course.page
    for pair in query.split(separator: "&") {
      if pair.hasPrefix("limit="), let most = Int(pair.dropFirst(6)) { limit = min(limit, most) }
      guard pair.hasPrefix("after=") else { continue }
      let after = String(pair.dropFirst(6))
      rest = rest.drop { $0["id"]?.string != after }.dropFirst()
    }
    let page = rest.prefix(limit)
    return Self.json([
      "object": "list", "data": .array(Array(page)), "has_more": JSONValue(page.count < rest.count),
    ])
  }

  private static func json(_ json: JSONValue) -> LoopbackReply {
    .response(200, [("content-type", "application/json")], json.text(.compact))
  }

  private static func error(_ status: Int, _ message: String) -> LoopbackReply {
    let body: JSONValue = ["error": ["message": JSONValue(message)]]
    return .response(status, [("content-type", "application/json")], body.text(.compact))
  }
}
