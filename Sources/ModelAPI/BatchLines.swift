import Content
import Domain

/// Reads the lines of a file of answers, cut anywhere. A pure value.
struct BatchLines<Reply: ChatReplying> {
  private let peer: Peer
  private let longest: Int
  private let keyVariable: String?
  private var line: [UInt8] = []
  private var results: [(id: String, answer: Result<Answer, ModelFailure>)] = []
  private var firstFlaw: ModelFailure?
  private var hasLine = false

  /// - Parameter longest: the most bytes of one line.
  /// - Parameter keyVariable: named where a wrong key may be the cause of a failure.
  init(peer: Peer, longest: Int, keyVariable: String?) {
    self.peer = peer
    self.longest = longest
    self.keyVariable = keyVariable
  }

  /// Takes the next bytes.
  /// - Throws: `ModelFailure.rejected` when a line is too long.
  mutating func feed(_ bytes: some Collection<UInt8>) throws(ModelFailure) {
    var rest = bytes[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      try append(rest[..<end])
      endLine()
      rest = rest[rest.index(after: end)...]
    }
    try append(rest)
  }

  /// What the lines say, requests that were never begun left out.
  /// - Throws: `ModelFailure.malformed` when there are lines and none can be read.
  mutating func finish() throws(ModelFailure) -> [(id: String, answer: Result<Answer, ModelFailure>)] {
    endLine()
    if let firstFlaw, !hasLine { throw firstFlaw }
    return results
  }

  private mutating func append(_ bytes: some Collection<UInt8>) throws(ModelFailure) {
    if line.count + bytes.count > longest { throw .tooLong(longest, from: peer) }
    line.append(contentsOf: bytes)
  }

  private mutating func endLine() {
    defer { line.removeAll(keepingCapacity: true) }
    guard line.contains(where: { $0 > 0x20 }) else { return }
    do throws(ModelFailure) {
      let json = try JSONValue(answer: line, from: peer)
      guard let id = json["custom_id"]?.string else { throw .malformed("\(peer) sent an answer without a custom_id.") }
      hasLine = true
      if let answer = answer(json) { results.append((id, answer)) }
    } catch {
      // The others may be whole; the request that this one belonged to is missing.
      firstFlaw = firstFlaw ?? error
    }
  }

  /// The answer of a line; one that is none where a content filter refused the request.
  private func answer(_ json: JSONValue) -> Result<Answer, ModelFailure>? {
    let result = result(json)
    if case .failure(.filtered)? = result { return .success(.filtered) }
    return result
  }

  private func result(_ json: JSONValue) -> Result<Answer, ModelFailure>? {
    let code = json["error"]?["code"]?.string
    if ["batch_expired", "batch_cancelled"].contains(code) { return nil }
    guard let response = json["response"], let body = response["body"], let status = response["status_code"]?.int else {
      if let error = json["error"], !error.isNull {
        return .failure(ServerFailure.inBody(["error": error], from: peer))
      }
      return .failure(.malformed("\(peer) sent an answer in a batch without a response."))
    }
    guard (200..<300).contains(status) else {
      return .failure(
        ServerFailure.status(
          status, headers: [:], body: Array(body.text(.compact).utf8), from: peer, keyVariable: keyVariable))
    }
    do throws(ModelFailure) {
      var reply = Reply()
      _ = try reply.add(body, from: peer)
      guard reply.hasChoice else { throw .malformed("\(peer) sent a completion without a choice.") }
      return .success(
        Answer(
          text: peer.clean(reply.text + reply.toolCalls.tail(after: reply.text)), finishReason: reply.lastReason,
          usage: reply.usage))
    } catch {
      return .failure(error)
    }
  }
}
