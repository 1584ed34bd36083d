/// What the loopback server does in answer to a request: bytes, pauses, and an end. Nothing is corrected on the way, so
/// that every fault of a real server can be played.
package struct LoopbackReply: Sendable {
  /// One thing to do.
  package enum Step: Sendable {
    /// Send these bytes.
    case send([UInt8])
    /// Wait.
    case pause(Duration)
    /// Wait until the client goes.
    case stall
    /// Close the connection in good order.
    case close
    /// Break the connection off with a reset.
    case reset
  }
  /// What to do, in order. Without a `close` or `reset` the connection stays open for the next request.
  package var steps: [Step]
  /// Makes a reply.
  package init(_ steps: [Step]) { self.steps = steps }

  /// A whole response with its length.
  package static func response(
    _ status: Int = 200, _ headers: [(String, String)] = [("content-type", "application/json")], _ body: String = ""
  ) -> LoopbackReply {
    let fields = headers + [("content-length", String(body.utf8.count))]
    return LoopbackReply([.send(head(status, fields) + Array(body.utf8))])
  }

  /// A response in chunks, each sent by itself and followed by a pause if one is given; `ends` says whether the last,
  /// empty chunk is sent.
  package static func chunks(
    _ chunks: [[UInt8]], headers: [(String, String)] = [("content-type", "text/event-stream")],
    pause: Duration? = nil, ends: Bool = true
  ) -> LoopbackReply {
    var reply = LoopbackReply([.send(head(200, headers + [("transfer-encoding", "chunked")]))])
    for chunk in chunks where !chunk.isEmpty {
      reply.steps.append(.send(Array("\(String(chunk.count, radix: 16))\r\n".utf8) + chunk + Array("\r\n".utf8)))
      if let pause { reply.steps.append(.pause(pause)) }
    }
    if ends { reply.steps.append(.send(Array("0\r\n\r\n".utf8))) }
    return reply
  }

  /// A response of the given protocol version that ends with the connection.
  package static func untilClose(
    _ body: String, headers: [(String, String)] = [("content-type", "text/event-stream")], version: String = "1.0"
  ) -> LoopbackReply {
    LoopbackReply([.send(head(200, headers, version: version) + Array(body.utf8)), .close])
  }

  /// The same with a pause before everything else.
  package func after(_ latency: Duration?) -> LoopbackReply {
    latency.map { LoopbackReply([.pause($0)] + steps) } ?? self
  }

  /// The same with more steps at its end.
  package func then(_ more: Step...) -> LoopbackReply { LoopbackReply(steps + more) }

  /// A response's head.
  package static func head(_ status: Int, _ headers: [(String, String)], version: String = "1.1") -> [UInt8] {
    let lines = headers.map { "\($0.0): \($0.1)\r\n" }.joined()
    return Array("HTTP/\(version) \(status) Status\r\n\(lines)\r\n".utf8)
  }
}
