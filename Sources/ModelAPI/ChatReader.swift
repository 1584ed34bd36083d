import AsyncHTTPClient
import Content
import Domain
import NIOCore

/// Reads the response to one chat request, whole or streamed, whichever the server chose to send.
struct ChatReader<Reply: ChatReplying> {
  private enum Form { case whole, streamed(StreamFraming) }

  private let peer: Peer
  private let limits: HTTPLimits
  private let start: ContinuousClock.Instant
  private var live: LiveText?
  private var reply: Reply
  private var firstText: ContinuousClock.Instant?
  private var isDone = false
  private var halves = SplitSurrogates()
  /// Whether a content filter stopped the answer by an error: what came before is kept.
  private var isFiltered = false

  /// Reads for a request that began at `start`.
  init(
    _ reply: Reply, peer: Peer, limits: HTTPLimits, start: ContinuousClock.Instant,
    onText: (@Sendable (String) -> Void)?
  ) {
    self.reply = reply
    self.peer = peer
    self.limits = limits
    self.start = start
    live = onText.map { LiveText(peer, $0) }
  }

  /// Reads the response to its end.
  /// - Parameter framing: what a stream was asked for in; nil when a whole answer was.
  mutating func read(
    _ response: HTTPClientResponse, framing: StreamFraming?, _ activity: Activity
  ) async throws -> Answer {
    if case .streamed(let framing) = try form(of: response, asked: framing) {
      return try await readStream(response, framing, activity)
    }
    let bytes = try await response.bytes(upTo: limits.bodyBytes, from: peer, activity)
    guard bytes.contains(where: { $0 > 0x20 }) else { throw ModelFailure.malformed("\(peer) sent an empty answer.") }
    let added = try added(JSONValue(answer: bytes, from: peer))
    guard reply.hasChoice || isFiltered else { throw noChoice }
    if !added.isEmpty { live?.add(added) }
    return finished()
  }

  /// What the body is, by its content type and, without one, by what was asked for.
  private func form(of response: HTTPClientResponse, asked: StreamFraming?) throws -> Form {
    if let coding = response.headers.first(name: "content-encoding"), coding.lowercased() != "identity" {
      throw ModelFailure.malformed("\(peer) sent a compressed answer that nobody asked for.")
    }
    guard let header = response.headers.first(name: "content-type") else { return asked.map(Form.streamed) ?? .whole }
    let type = header.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
    if type == "text/event-stream" { return .streamed(.events) }
    if ["application/x-ndjson", "application/ndjson", "application/jsonl"].contains(type) { return .streamed(.lines) }
    if type == "application/json" || type.hasSuffix("+json") {
      // A proxy may know no better name for lines of JSON; a whole answer on one line reads the same.
      return asked == .lines ? .streamed(.lines) : .whole
    }
    throw ModelFailure.malformed(
      "\(peer) answered with \(peer.quote(type, limit: 60)) instead of JSON. \(Reply.addressAdvice)")
  }

  /// Reads a stream. One that has said its last word is still read to its end, so that the connection can be used again;
  /// a server that keeps it open loses it.
  private func readStream(
    _ response: HTTPClientResponse, _ framing: StreamFraming, _ activity: Activity
  ) async throws -> Answer {
    let (answers, done) = AsyncStream<Answer>.makeStream()
    let reader = self
    return try await withThrowingTaskGroup(of: Answer?.self) { group in
      defer { group.cancelAll() }
      group.addTask {
        var reader = reader
        return try await reader.readToEnd(response, framing, activity) { done.yield($0) }
      }
      group.addTask {
        for await answer in answers {
          try await Task.sleep(for: .seconds(reader.limits.drain))
          return answer
        }
        return nil
      }
      while let next = try await group.next() {
        if let answer = next { return answer }
      }
      throw CancellationError()
    }
  }

  /// Reads a stream to its end.
  /// - Parameter whenDone: receives the answer as soon as the server says that it is whole.
  private mutating func readToEnd(
    _ response: HTTPClientResponse, _ framing: StreamFraming, _ activity: Activity,
    whenDone: @Sendable (Answer) -> Void
  ) async throws -> Answer {
    var parser = framing.parser
    var count = 0
    var whole: Answer?
    do {
      for try await chunk in response.body {
        activity.heard()
        count += chunk.readableBytes
        if count > limits.bodyBytes { throw ModelFailure.tooLong(limits.bodyBytes, from: peer) }
        if whole != nil { continue }
        for event in parser.feed(chunk.readableBytesView) {
          try take(event)
          if isDone { break }
        }
        if isDone {
          let answer = finished()
          whole = answer
          whenDone(answer)
        }
      }
    } catch  where whole != nil {
      // What comes after the last word doesn't matter.
    }
    if let whole { return whole }
    if let last = parser.finish() { try takeLast(last) }
    // Without the word of either kind nobody knows whether this is the whole answer.
    guard isDone || reply.finishReason != nil else { throw brokenOff }
    return finished()
  }

  /// Takes an event that the stream's end may have cut short.
  private mutating func takeLast(_ event: ServerSentEvents.Event) throws(ModelFailure) {
    do {
      try take(event)
    } catch {
      guard case .malformed = error else { throw error }
      if reply.finishReason == nil { throw brokenOff }
    }
  }

  private var noChoice: ModelFailure { .malformed("\(peer) sent a completion without a choice.") }

  private var brokenOff: ModelFailure { .unavailable("\(peer) broke off before the answer was whole.") }

  private mutating func take(_ event: ServerSentEvents.Event) throws(ModelFailure) {
    if event.data.elementsEqual("[DONE]".utf8) {
      isDone = true
      guard reply.hasChoice else { throw noChoice }
      return
    }
    guard event.data.contains(where: { $0 > 0x20 }) else { return }
    let json = try JSONValue(answer: halves.joined(event.data), from: peer)
    let added = try added(json, isError: event.name == "error")
    if isFiltered {
      isDone = true
      return
    }
    if firstText == nil, !added.isEmpty || !reply.toolCalls.isEmpty { firstText = .now }
    if !added.isEmpty { live?.add(added) }
    if reply.isWhole {
      isDone = true
      guard reply.hasChoice else { throw noChoice }
    }
  }

  /// The text that an object adds to the answer.
  private mutating func added(_ json: JSONValue, isError: Bool = false) throws(ModelFailure) -> String {
    do throws(ModelFailure) {
      if isError { throw ServerFailure.inBody(json, from: peer) }
      return try reply.add(json, from: peer)
    } catch {
      guard case .filtered = error else { throw error }
      isFiltered = true
      return ""
    }
  }

  /// The answer, once nothing more will come. What the model wants called is told behind its text.
  private mutating func finished() -> Answer {
    let tail = reply.toolCalls.tail(after: reply.text)
    if !tail.isEmpty { live?.add(tail) }
    live?.end()
    return Answer(
      text: peer.clean(reply.text + tail), finishReason: isFiltered ? Answer.contentFilter : reply.lastReason,
      usage: reply.usage,
      latency: Self.seconds(from: start, to: .now),
      firstToken: firstText.map { Self.seconds(from: start, to: $0) })
  }

  private static func seconds(from start: ContinuousClock.Instant, to end: ContinuousClock.Instant) -> Double {
    let duration = end - start
    return Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
  }
}
