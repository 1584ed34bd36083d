import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// An HTTP server on a free port of this machine that does what a closure says, faults included.
package final class MockServer: Sendable {
  /// What a server has seen.
  package struct Counts: Sendable, Hashable {
    /// Requests received whole.
    package var requests = 0
    /// Connections opened.
    package var connections = 0
    /// Requests whose connection the client closed before the reply was through.
    package var abandoned = 0
    /// The most requests under way at once.
    package var most = 0
    var open = 0
  }

  /// Decides what to reply.
  package typealias Handler = @Sendable (LoopbackRequest) async -> LoopbackReply

  let counter = Mutex(Counts())
  let handler: Handler
  private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private let channel = Mutex<(any Channel)?>(nil)
  private let abandonedStream: AsyncStream<Int>
  let abandonedContinuation: AsyncStream<Int>.Continuation
  private let scheme: String
  /// The port it listens on.
  package let port: Int

  /// Starts to listen.
  /// - Parameter port: 0 for a free one.
  /// - Parameter tls: what it shows to who connects; nil for plain HTTP.
  package init(port: Int = 0, tls: TLSIdentity? = nil, _ handler: @escaping Handler) async throws {
    self.handler = handler
    scheme = tls == nil ? "http" : "https"
    let context = try tls?.context()
    (abandonedStream, abandonedContinuation) = AsyncStream.makeStream()
    let owner = Mutex<MockServer?>(nil)
    let listening = try await ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          if let context { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context)) }
          try channel.pipeline.syncOperations.addHandlers(
            ByteToMessageHandler(HTTPRequestDecoder()), LoopbackConnection(owner.withLock { $0 }))
        }
      }
      .bind(host: "127.0.0.1", port: port).get()
    self.port = listening.localAddress?.port ?? 0
    channel.withLock { $0 = listening }
    owner.withLock { $0 = self }
  }

  /// The address of the root, without a slash at its end.
  package var url: String { "\(scheme)://127.0.0.1:\(port)" }

  /// What has been seen so far.
  package var counts: Counts { counter.withLock { $0 } }

  /// Returns when a client has closed its connection before the reply to it was through: the request's number. Each is
  /// told once.
  package func nextAbandoned() async -> Int? {
    for await number in abandonedStream { return number }
    return nil
  }

  /// Stops listening and closes all connections.
  package func stop() async {
    let listening = channel.withLock { channel in
      defer { channel = nil }
      return channel
    }
    try? await listening?.close()
    abandonedContinuation.finish()
    try? await group.shutdownGracefully()
  }

  /// Runs `body` with a server that is stopped afterwards.
  package static func with<Result>(
    tls: TLSIdentity? = nil, _ handler: @escaping Handler, _ body: (MockServer) async throws -> Result
  ) async throws -> Result {
    let server = try await MockServer(tls: tls, handler)
    do {
      let result = try await body(server)
      await server.stop()
      return result
    } catch {
      await server.stop()
      throw error
    }
  }
}
