import Domain
import Foundation
import Synchronization
import WorkbenchCore

/// What a model's client promises, for a model that answers `clientText` to `clientText` and knows the case `c1`.
package let clientContract: [PortContract<any ModelClient>] = [
  PortContract("the pieces of an answer are its text") { client in
    try await client.prepare()
    let pieces = Mutex("")
    let answer = try await client.answer(request) { piece in pieces.withLock { $0 += piece } }
    try same(answer.text, clientText)
    try same(pieces.withLock { $0 }, clientText)
  },
  PortContract("the answer is the same where nobody reads it as it comes") { client in
    try await client.prepare()
    let answer = try await client.answer(request, onText: nil)
    try same(answer.text, clientText)
    try hold(answer.latency >= 0 && answer.latency.isFinite, "a latency of \(answer.latency)")
    try hold(answer.firstToken.map { $0 <= answer.latency } ?? true, "the first text comes before the last")
    try hold([answer.usage.prompt, answer.usage.completion].allSatisfy { $0.map { $0 >= 0 } ?? true }, "counts")
  },
  PortContract("it is made ready as often as one likes") { client in
    for _ in 0..<3 { try await client.prepare() }
    try same(try await client.answer(request, onText: nil).text, clientText)
    try await client.prepare()
    try same(try await client.answer(request, onText: nil).text, clientText)
  },
  PortContract("many may ask at once") { client in
    try await client.prepare()
    let texts = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<20 { group.addTask { try await client.answer(request, onText: nil).text } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    try same(texts, Array(repeating: clientText, count: 20))
  },
  PortContract("who is cancelled gets the answer or is told so, and the next one is answered") { client in
    try await client.prepare()
    let task = Task { try await client.answer(request, onText: nil) }
    task.cancel()
    do { try same(try await task.value.text, clientText) } catch is CancellationError {}
    try same(try await client.answer(request, onText: nil).text, clientText)
  },
  PortContract("tokens are counted for each text, or not at all") { client in
    let texts = ["", "one", "one two é 作"]
    let counts = await client.tokenCounts(of: texts)
    try hold(counts.map { $0.count == texts.count && $0.allSatisfy { $0 >= 0 } } ?? true, "\(counts ?? [])")
    try hold(await client.tokenCounts(of: []).map(\.isEmpty) ?? true, "no text has no count")
  },
  PortContract("a probe tells how long an answer takes") { client in
    let probe = try await client.probe()
    try hold(probe.latency.map { $0 >= 0 && $0.isFinite } ?? false, "\(probe.latency as Double?)")
  },
]

/// What is asked and answered.
package let clientText = "one «two» é 作 🦊\nthree"

private let request = ModelRequest(
  caseID: "c1", messages: [ChatMessage(role: .user, content: clientText)], sampling: Sampling())
