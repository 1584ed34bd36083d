import Foundation
import NIOCore
import NIOHTTP1

/// One connection of a loopback server: gathers a request, has the reply played, and notices when the client goes.
final class LoopbackConnection: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart

  private let server: MockServer?
  private var connection = 0
  private var head: HTTPRequestHead?
  private var body = ByteBuffer()
  private var reply: Task<Void, Never>?
  private var underWay: Int?

  init(_ server: MockServer?) { self.server = server }

  func channelActive(context: ChannelHandlerContext) {
    connection =
      server?.counter.withLock { counts in
        counts.connections += 1
        return counts.connections
      } ?? 0
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body.clear()
    case .body(var bytes): body.writeBuffer(&bytes)
    case .end: answer(context)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    reply?.cancel()
    if let underWay, let server {
      server.counter.withLock {
        $0.abandoned += 1
        $0.open -= 1
      }
      server.abandonedContinuation.yield(underWay)
    }
    underWay = nil
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  private func answer(_ context: ChannelHandlerContext) {
    guard let server, let head else { return context.close(promise: nil) }
    let number = server.counter.withLock { counts in
      counts.requests += 1
      counts.open += 1
      counts.most = max(counts.most, counts.open)
      return counts.requests
    }
    let fields = head.headers.map { ($0.name.lowercased(), $0.value) }
    let request = LoopbackRequest(
      method: head.method.rawValue, path: head.uri, headers: Dictionary(fields, uniquingKeysWith: { $1 }),
      body: Array(body.readableBytesView), number: number, connection: connection)
    underWay = number
    let channel = context.channel
    let this = NIOLoopBound(self, eventLoop: context.eventLoop)
    let loop = context.eventLoop
    reply = Self.start(server, request, on: channel) { loop.execute { this.value.end() } }
  }

  private static func start(
    _ server: MockServer, _ request: LoopbackRequest, on channel: any Channel,
    whenThrough: @escaping @Sendable () -> Void
  ) -> Task<Void, Never> {
    Task {
      let reply = await server.handler(request)
      try? await play(reply, on: channel, whenThrough: whenThrough)
    }
  }

  /// The reply is through.
  private func end() {
    guard underWay != nil else { return }
    underWay = nil
    server?.counter.withLock { $0.open -= 1 }
  }

  private static func play(
    _ reply: LoopbackReply, on channel: any Channel, whenThrough: @Sendable () -> Void
  ) async throws {
    var ending: LoopbackReply.Step?
    var pending = ByteBuffer()
    func flush() async throws {
      if pending.readableBytes == 0 { return }
      try await channel.writeAndFlush(pending)
      pending.clear()
    }
    for step in reply.steps {
      switch step {
      case .send(let bytes):
        try await flush()
        pending.writeBytes(bytes)
      case .pause(let duration):
        try await flush()
        try await Task.sleep(for: duration)
      case .stall:
        try await flush()
        try await channel.closeFuture.get()
        throw CancellationError()
      case .close, .reset: ending = step
      }
      if ending != nil { break }
    }
    // Told before the last bytes leave: a client may go as soon as it has them.
    whenThrough()
    try await flush()
    // Without a step that ends it, the connection stays open for the next request.
    guard let ending else { return }
    if case .reset = ending, let socket = channel as? any SocketOptionProvider {
      try await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
    }
    try await channel.close()
  }
}
